//! Forms, answers, and the history.

use std::time::Duration;

use qix_test_engine::Fault;
use serde_json::json;

use crate::{Stage, TABLE};

#[test]
fn a_form_has_every_kind_of_value_and_writes_the_call_as_rust() {
    let Some(stage) = Stage::with_app() else { return };
    stage.run(
        "document.querySelector('#method-CreateSessionObject').click();
        const named = (name, scope = document) => scope.querySelector(`[data-name=${name}]`).closest('.field');
        const open = (field) => { const details = field.querySelector('details'); details.open = true; details.dispatchEvent(new Event('toggle')); };
        const type = (field, value) => {
            const input = field.querySelector('input, select, textarea');
            input.value = value;
            input.dispatchEvent(new InputEvent('input', { bubbles: true }));
            input.dispatchEvent(new Event('change', { bubbles: true }));
        };
        const properties = named('qProp');
        open(properties);
        const info = named('qInfo', properties.querySelector('.fields'));
        open(info);
        type(named('qType', info.querySelector('.fields')), 'table');
        const cube = named('qHyperCubeDef', properties);
        open(cube);
        const fields = cube.querySelector('.fields');
        type(named('qMode', fields), '\"S\"');
        type(named('qSuppressZero', fields), 'true');
        type(named('qNoOfLeftDims', fields), '1');
        named('qInitialDataFetch', fields).querySelector('.add').click();
        const page = named('qInitialDataFetch', fields).querySelector('.items li');
        open(page);
        type(named('qHeight', page), '20');",
    );
    stage.until("document.querySelector('#code').textContent.includes('with_height')");
    let code = stage.text("#code");
    for part in [
        ".create_session_object(",
        ".with_info(NxInfo::default().with_type(\"table\"))",
        ".with_suppress_zero(true)",
        "NxPage::default().with_height(20)",
        "HyperCubeDef::default()",
        "open_doc(\"sales\")",
    ] {
        assert!(code.contains(part), "{part} is not in {code}");
    }
    stage.picture("explore-nested", false);

    // The same as JSON, and back.
    stage.click("#call > .fields > .field > .switch > .toggle");
    let text =
        stage.run("return JSON.parse(document.querySelector('#call > .fields > .field > .switch > textarea').value);");
    let expected = json!({
        "qInfo": { "qType": "table" },
        "qHyperCubeDef": { "qMode": "S", "qSuppressZero": true, "qNoOfLeftDims": 1, "qInitialDataFetch": [{ "qHeight": 20 }] },
    });
    assert_eq!(text, expected);
    stage.click("#call > .fields > .field > .switch > .toggle");
    stage.until("document.querySelector('#call > .fields > .field > .switch > textarea').hidden");

    // Invalid values are reported before anything is sent.
    stage.run(
        "document.querySelector('[role=treeitem]').click();
        document.querySelector('#method-GetProgress').click();
        const input = document.querySelector('[data-name=qRequestId]');
        input.value = 'many';
        input.dispatchEvent(new InputEvent('input', { bubbles: true }));",
    );
    stage.click("#send");
    stage.until("!document.querySelector('#problem').hidden");
    assert_eq!(stage.text("#problem"), "qRequestId must be an integer");
}

#[test]
fn errors_and_missing_objects_are_reported() {
    let Some(stage) = Stage::with_app() else { return };
    stage.call("Doc", "GetObject", r#"{"qId": "nobody"}"#);
    let answer = stage.text("#answer");
    assert!(answer.contains("There is no such object"), "{answer}");
    stage.call("Doc", "RemoveVariable", r#"{"qName": "nobody"}"#);
    let answer = stage.text("#answer");
    assert!(answer.contains("Doc.RemoveVariable") && !answer.contains("undefined"), "{answer}");
}

#[test]
fn a_long_call_shows_its_progress_and_can_be_canceled() {
    let Some(stage) = Stage::with_app() else { return };
    stage.engine.fault(Fault::delay(Duration::from_secs(60)).on("Evaluate").times(1));
    stage.run(
        "document.querySelector('#method-Evaluate').click();
        document.querySelector('#call .fields input, #call .fields textarea').value = 'Sum(Sales)';",
    );
    stage.click("#send");
    stage.until("document.querySelector('#cancel')");
    stage.until("document.querySelector('#took').textContent !== ''");
    stage.press("Escape");
    stage.until("document.querySelector('#result')?.dataset.state === 'failed'");
    assert_eq!(stage.text("#result"), "canceled");

    stage.engine.fault(Fault::delay(Duration::from_millis(900)).on("DoReload").times(1));
    stage.run("document.querySelector('#method-DoReload').click();");
    stage.click("#send");
    stage.until("document.querySelector('#messages')?.textContent.length > 0");
    stage.until("document.querySelector('#result')?.dataset.state === 'done'");
}

#[test]
fn the_history_is_saved_as_a_recording_and_replayed() {
    let Some(stage) = Stage::with_app() else { return };
    stage.call("Doc", "CreateSessionObject", TABLE);
    stage.call("GenericObject", "GetLayout", "{}");
    stage.call("Doc", "GetField", r#"{"qFieldName": "Year"}"#);
    stage.call("Field", "GetCardinal", "{}");
    let recording = "(await fetch(document.getElementById('save').href)).text()";
    let lines = stage
        .run(&format!("return (await {recording}).trim().split('\\n').map((line) => JSON.parse(line).dir).join('');"));
    assert!(lines.as_str().unwrap().contains("><"), "{lines}");

    // An earlier call with its parameters.
    stage.click("#call-2");
    stage.until("document.querySelector('#answer h2').textContent.startsWith('GenericObject.GetLayout')");
    stage.click("#call-1");
    stage.until("document.querySelector('#code').textContent.includes('with_dimensions')");

    // A new session, in which the objects have other handles.
    stage.run(&format!("window.recording = await {recording};"));
    stage.click("#connect");
    stage.until("document.getElementById('status').textContent === 'disconnected'");
    stage.run(
        "const files = new DataTransfer();
        files.items.add(new File([window.recording], 'traffic.jsonl'));
        const input = document.getElementById('file');
        input.files = files.files;
        input.dispatchEvent(new Event('change', { bubbles: true }));",
    );
    stage.until("document.getElementById('notice').textContent.startsWith('Replayed')");
    assert_eq!(stage.text("#notice"), "Replayed 5 calls; all answers as recorded.");
    assert_eq!(stage.tree().as_array().unwrap().len(), 4);
}
