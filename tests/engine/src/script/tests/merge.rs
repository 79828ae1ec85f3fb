//! `MERGE` in complete reloads.
//!
//! https://help.qlik.com/en-US/cloud-services/Subsystems/Hub/Content/Sense_Hub/Scripting/ScriptPrefixes/Merge.htm

use super::*;

const PERSONS: &str = "Persons: LOAD * INLINE [Name, Number\nJake, 3\nJill, 2\nSteve, 3];";

#[test]
fn changes_are_applied_to_the_table_with_the_same_fields() {
    let loaded = loaded(&format!(
        "{PERSONS} MERGE ON Name LOAD * INLINE [Operation, Name, Number\nInsert, Jane, 1\nUpdate, Jill, 1\nd, Jake,];"
    ));
    assert_eq!(table(&loaded, "Persons"), "Jill,1|Steve,3|Jane,1");
    assert_eq!(loaded.data.field_names(), ["Name", "Number"], "the operation is not stored");
    assert_eq!(loaded.data.table_names(), ["Persons"]);
}

#[test]
fn only_the_latest_change_of_a_row_counts() {
    let log = "LOAD * INLINE [Op, k, v, t\nu, 1, b, 2\ni, 1, a, 1\nd, 2, , 9\ni, 2, c, 3\ni, 3, d, 4];";
    let loaded = loaded(&format!("T: MERGE (t, vLast) ON k {log} LET seen = vLast;"));
    assert_eq!(table(&loaded, "T"), "1,b,2|3,d,4");
    assert_eq!(loaded.variables["seen"], "9");
    let loaded =
        super::loaded(&format!("T: LOAD * INLINE [k, v, t\n1, z, 5\n3, y, 1]; MERGE (t) ON k CONCATENATE (T) {log}"));
    assert_eq!(table(&loaded, "T"), "1,z,5|3,d,4", "an older change is skipped");
}

#[test]
fn fields_that_the_log_lacks_are_kept_by_updates_and_null_in_inserts() {
    let loaded = loaded(
        "T: LOAD * INLINE [k, v, w\n1, a, x\n2, b, y\n3, c, z];
         MERGE ON k CONCATENATE (T) LOAD * INLINE [Op, k, v, new\nU, 1, A, n\nI, 2, B, n\nD, 3, , ];",
    );
    assert_eq!(table(&loaded, "T"), "1,A,x,n|2,B,-,n");
}

#[test]
fn merge_only_is_for_partial_reloads() {
    let loaded = loaded(&format!("{PERSONS} MERGE ONLY ON Name LOAD * INLINE [Op, Name, Number\nd, Jake,];"));
    assert_eq!(table(&loaded, "Persons"), "Jake,3|Jill,2|Steve,3");
    assert_eq!(
        failed(&format!("{PERSONS} MERGE ON nosuch LOAD 'i' AS o, 1 AS Name, 1 AS Number AUTOGENERATE 1;")).parameter,
        "nosuch"
    );
    let error = failed(&format!("{PERSONS} MERGE ON Name LOAD 'x' AS o, 1 AS Name, 1 AS Number AUTOGENERATE 1;"));
    assert_eq!((error.code, error.parameter.as_str()), (MERGE_FAILED, "x"));
    assert_eq!(failed("MERGE LOAD 1 AS a AUTOGENERATE 1;").code, UNEXPECTED);
}
