//! `HIERARCHY` and `HIERARCHYBELONGSTO`.

use super::*;

const NODES: &str = "LOAD * INLINE [\nNodeID, ParentID, NodeName\n1, 4, London\n2, 3, Munich\n3, 5, Germany\n4, 5, UK\n\
    5, , Europe\n]";

fn fields(loaded: &Loaded, name: &str) -> String {
    let table = loaded.data.source.iter().find(|table| table.name == name).unwrap();
    let names = table.columns.iter().map(|column| &*loaded.data.fields[column.field].name);
    names.collect::<Vec<_>>().join(",")
}

// https://help.qlik.com/en-US/cloud-services/Subsystems/Hub/Content/Sense_Hub/Scripting/ScriptPrefixes/Hierarchy.htm
#[test]
fn a_hierarchy_has_a_field_for_each_level() {
    let prefix = "Hierarchy(NodeID, ParentID, NodeName, ParentName, NodeName, PathName, '\\', Depth)";
    let loaded = loaded(&format!("T: {prefix} {NODES};"));
    assert_eq!(
        fields(&loaded, "T"),
        "NodeID,ParentID,NodeName,NodeName1,NodeName2,NodeName3,ParentName,PathName,Depth"
    );
    assert_eq!(
        table(&loaded, "T"),
        "1,4,London,Europe,UK,London,UK,Europe\\UK\\London,3|\
         2,3,Munich,Europe,Germany,Munich,Germany,Europe\\Germany\\Munich,3|\
         3,5,Germany,Europe,Germany,-,Europe,Europe\\Germany,2|\
         4,5,UK,Europe,UK,-,Europe,Europe\\UK,2|\
         5,,Europe,Europe,-,-,-,Europe,1"
    );
}

#[test]
fn fields_of_a_hierarchy_are_optional() {
    let loaded = loaded(&format!("T: HIERARCHY (NodeID, ParentID, NodeName) {NODES};"));
    assert_eq!(fields(&loaded, "T"), "NodeID,ParentID,NodeName,NodeName1,NodeName2,NodeName3");
    let loaded = super::loaded(&format!("T: HIERARCHY (NodeID, ParentID, NodeName, , NodeID, Path) {NODES};"));
    assert_eq!(table(&loaded, "T").split('|').next().unwrap(), "1,4,London,Europe,UK,London,5/4/1");
    assert_eq!(failed(&format!("HIERARCHY (NodeID, nosuch, NodeName) {NODES};")).parameter, "nosuch");
    assert_eq!(failed(&format!("HIERARCHY (NodeID, ParentID) {NODES};")).code, UNEXPECTED);
}

#[test]
fn nodes_that_no_root_leads_to_are_omitted() {
    let script = "T: HIERARCHY (n, p, v, , , w) LOAD * INLINE [n,p,v\na,,A\nb,a,B\nc,d,C\nd,c,D\ne,e,E\nf,x,F\n];";
    assert_eq!(table(&loaded(script), "T"), "a,,A,A,-,A|b,a,B,A,B,A/B|f,x,F,F,-,F");
}

#[test]
fn a_node_below_several_parents_has_a_row_for_each_path() {
    let nodes = "LOAD * INLINE [n,p,v\na,,A\nb,,B\nc,a,C\nc,b,C\nd,c,D\n]";
    let loaded = loaded(&format!("T: HIERARCHY (n, p, v, , , w) {nodes};"));
    assert_eq!(
        table(&loaded, "T"),
        "a,,A,A,-,-,A|b,,B,B,-,-,B|c,a,C,A,C,-,A/C|c,b,C,B,C,-,B/C|d,c,D,A,C,D,A/C/D|d,c,D,B,C,D,B/C/D"
    );
    assert_eq!(failed(&format!("HIERARCHYBELONGSTO (n, p, v, x, y) {nodes};")).code, code::NOT_IMPLEMENTED);
}

// https://help.qlik.com/en-US/cloud-services/Subsystems/Hub/Content/Sense_Hub/Scripting/ScriptPrefixes/HierarchyBelongsTo.htm
#[test]
fn nodes_belong_to_themselves_and_to_all_their_ancestors() {
    let nodes = NODES.replace("ParentID", "AncestorID");
    let loaded = loaded(&format!(
        "T: HierarchyBelongsTo (NodeID, AncestorID, NodeName, AncestorID, AncestorName, DepthDiff) {nodes};"
    ));
    assert_eq!(fields(&loaded, "T"), "NodeID,AncestorID,NodeName,AncestorName,DepthDiff");
    assert_eq!(
        table(&loaded, "T"),
        "1,1,London,London,0|1,4,London,UK,1|1,5,London,Europe,2|2,2,Munich,Munich,0|2,3,Munich,Germany,1|\
         2,5,Munich,Europe,2|3,3,Germany,Germany,0|3,5,Germany,Europe,1|4,4,UK,UK,0|4,5,UK,Europe,1|5,5,Europe,Europe,0"
    );
    assert_eq!(loaded.data.cardinal("AncestorID"), Some(5));
    let other = super::loaded(&format!("T: HIERARCHYBELONGSTO (NodeID, ParentID, NodeName, TreeID, Tree) {NODES};"));
    assert_eq!(fields(&other, "T"), "NodeID,TreeID,NodeName,Tree");
}
