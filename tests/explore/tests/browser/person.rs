//! From connecting to selecting to seeing what was invalidated, with the keyboard alone.

use qix_test_engine::TestEngine;
use serde_json::json;

use crate::{Stage, TABLE};

#[test]
fn a_person_connects_selects_and_sees_what_was_invalidated() {
    let Some(stage) = Stage::open(TestEngine::builder()) else { return };
    stage.picture("explore-start", false);
    assert_eq!(stage.text("#status"), "disconnected");
    // The button has the focus.
    stage.press("Enter");
    stage.until("document.querySelector('[data-handle=\"-1\"]')");
    assert_eq!(stage.text("#status"), "connected");

    // The search has the focus: finds the method, and goes to its first parameter.
    stage.until("document.activeElement.id === 'find'");
    stage.type_text("opendoc");
    stage.press("Enter");
    stage.type_text("sales");
    stage.until("document.querySelector('#code').textContent.includes('open_doc(\"sales\")')");
    stage.picture("explore-form", false);
    stage.press_with_control("Enter");
    stage.until("document.querySelector('#result')?.dataset.state === 'done'");
    // The new object is chosen, so its methods are next.
    stage.until("document.querySelector('#tree [aria-selected=true] .class').textContent === 'Doc'");

    stage.call("Doc", "CreateSessionObject", TABLE);
    stage.call("GenericObject", "GetLayout", "{}");
    assert_eq!(stage.tree(), json!([["Global", ""], ["Doc", ""], ["GenericObject", ""]]));
    // A member that the app has added is marked.
    assert_eq!(stage.text("#result .unknown .key"), "title");
    stage.picture("explore-layout", false);

    stage.press("g");
    stage.press("ArrowLeft");
    stage.until("document.querySelector('#tree [aria-selected=true] .class').textContent === 'Doc'");
    stage.press("Enter");
    stage.type_text("getfield");
    stage.press("ArrowDown");
    stage.until("document.querySelector('#methods [aria-selected=true]').dataset.method === 'GetField'");
    stage.press("Enter");
    stage.type_text("Year");
    stage.press_with_control("Enter");
    stage.until("document.querySelector('#tree [aria-selected=true] .class').textContent === 'Field'");

    stage.press("/");
    stage.type_text("select");
    stage.press("ArrowDown");
    stage.press("Enter");
    stage.type_text("2022");
    stage.press_with_control("Enter");
    stage.until("document.querySelector('#invalidated .go')");
    let invalidated = stage.text("#invalidated");
    assert!(invalidated.contains("GenericObject table"), "{invalidated}");
    let tree = stage.tree();
    let stale = |class: &str| tree.as_array().unwrap().iter().any(|row| row[0] == class && row[1] != "");
    assert!(stale("GenericObject") && !stale("Doc") && !stale("Global"), "{tree}");
    stage.picture("explore-selected", false);
    stage.picture("explore-selected-dark", true);

    // The stale object is one key away, and fresh after its layout was fetched again.
    stage.click("#invalidated .go:last-child");
    stage.call("GenericObject", "GetLayout", "{}");
    stage.until("!document.querySelector('#tree [aria-selected=true] .badge').textContent");

    stage.press("t");
    let all = "document.getElementById('traffic').dataset.count === document.getElementById('count').textContent";
    stage.until(all);
    stage.picture("explore-traffic", false);
    // The panel grows with the session.
    let count = |name: &str| stage.text(&format!("#{name}")).parse::<usize>().unwrap();
    let before = count("count");
    stage.call("Doc", "GetAppLayout", "{}");
    stage.until(&format!("{all} && Number(document.getElementById('count').textContent) === {}", before + 2));
    let shown = "return document.querySelector('iframe').contentDocument.getElementById('status').textContent;";
    let expected = format!("{0} of {0} messages", before + 2);
    stage.until_soon(shown, &expected);
    assert!(stage.run("return [...document.querySelectorAll('#history .method')].length;").as_i64() >= Some(7));

    // The program ends the session when asked to.
    stage.click("#connect");
    stage.until("document.getElementById('status').textContent === 'disconnected'");
    assert_eq!(stage.tree(), json!([]));
    stage.until("document.querySelector('#call h2').textContent === 'No session'");
}
