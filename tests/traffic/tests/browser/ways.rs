//! Typical ways to navigate a log.

use serde_json::{Value, json};

use crate::sample::Sample;
use crate::{SETTLED, STATUS, TITLE, open, page_about};
use qix_chromium::Browser;

/// The text of the visible cells in a column.
fn column(browser: &Browser, list: &str, title: &str) -> Vec<String> {
    let cells = browser.run(&format!(
        "const titles = [...document.querySelectorAll('#{list} .head > *')].map((title) => title.textContent);
        const rows = [...document.querySelectorAll('#{list} .row:not([hidden])')];
        rows.sort((a, b) => a.getAttribute('aria-rowindex') - b.getAttribute('aria-rowindex'));
        return rows.map((row) => row.children[titles.indexOf({title:?})].textContent);"
    ));
    serde_json::from_value(cells).unwrap()
}

fn detail(browser: &Browser) -> String {
    browser.run("return document.getElementById('detail').innerText;").as_str().unwrap().to_owned()
}

#[test]
fn filters_narrow_the_list_and_the_address_keeps_them() {
    let Some(browser) = Browser::start() else { return };
    let sample = Sample::of(1_000);
    let (_folder, file) = page_about(sample.log());
    open(&browser, &file, "");
    browser.picture("overview", false);
    assert_eq!(browser.run(STATUS), json!("1,009 of 1,009 messages"));
    assert_eq!(browser.run(TITLE), json!("Nothing is selected"));

    open(&browser, &file, "method=getlay");
    assert!(column(&browser, "messages", "method").iter().all(|method| method == "GetLayout"));
    open(&browser, &file, "handle=3&method=GetLayout");
    assert!(column(&browser, "messages", "handle").iter().all(|handle| handle == "3"));
    open(&browser, &file, "id=1");
    assert_eq!(column(&browser, "messages", "method"), ["OpenDoc", "OpenDoc"]);
    open(&browser, &file, "errors=1");
    assert_eq!(column(&browser, "messages", "method"), ["GetObject"; 6]);
    open(&browser, &file, "id=nothing");
    assert_eq!(browser.run("return document.querySelector('[name=id]').ariaInvalid;"), json!("true"));

    // With the keyboard: focuses the field and types text with characters that must be escaped.
    open(&browser, &file, "");
    browser.press("/");
    browser.type_text("NEEDLE-10 <b>");
    browser.until("document.getElementById('status').textContent === '1 of 1,009 messages'");
    assert!(browser.run("return location.hash;").as_str().unwrap().starts_with("#text=NEEDLE-10+%3Cb%3E"));
    browser.click("[type=reset]");
    browser.until("document.getElementById('status').textContent === '1,009 of 1,009 messages'");
    open(&browser, &file, "text=s3cret");
    assert_eq!(browser.run(STATUS), json!("0 of 1,009 messages"));
}

#[test]
fn the_keyboard_reaches_requests_replies_and_details() {
    let Some(browser) = Browser::start() else { return };
    let (_folder, file) = page_about(Sample::of(1_000).log());
    open(&browser, &file, "");
    browser.run("document.querySelector('#messages .grid').focus();");
    browser.press("ArrowDown");
    assert_eq!(browser.run(TITLE), json!("Notification: OnConnected"));
    browser.press("ArrowDown");
    assert_eq!(browser.run(TITLE), json!("Request 1: OpenDoc"));
    let text = detail(&browser);
    assert!(text.contains("225.33 ms") && text.contains("-1 Global") && text.contains("***"), "{text}");
    browser.press("Enter");
    assert_eq!(browser.run(TITLE), json!("Reply 1: OpenDoc"));
    assert!(detail(&browser).contains("Made stale\n1 Doc sales.qvf"));
    browser.press("End");
    assert_eq!(browser.run(TITLE), json!("Reply 504: DestroySessionObject"));
    let active =
        "return document.getElementById(document.activeElement.getAttribute('aria-activedescendant')).ariaRowIndex;";
    assert_eq!(browser.run(active), json!("1010"));
    browser.press("Home");
    assert_eq!(browser.run(active), json!("2"));
}

#[test]
fn a_change_leads_to_the_command_that_caused_it() {
    let Some(browser) = Browser::start() else { return };
    let (_folder, file) = page_about(Sample::of(1_000).log());
    open(&browser, &file, "view=objects");
    browser.picture("objects", false);
    assert_eq!(column(&browser, "objects", "handle ▴")[..4], ["-1", "1", "2", "3"]);
    browser.click("#objects .row:not([hidden])[aria-rowindex='5']");
    assert_eq!(browser.run(TITLE), json!("Handle 3: GenericObject table chart-1"));
    let text = detail(&browser);
    assert!(
        text.contains("Made stale by\nSelectListObjectValues") && text.contains("Calculations\nGetLayout"),
        "{text}"
    );
    browser.click("#detail .cause");
    let title = browser.run(TITLE);
    assert!(title.as_str().unwrap().ends_with(": SelectListObjectValues"), "{title}");
    assert!(detail(&browser).contains("3 GenericObject table chart-1"));
    browser.picture("cause", true);

    // A layout shows what it was calculated after.
    open(&browser, &file, "method=GetLayout");
    browser.run("document.querySelector('#messages .grid').focus();");
    browser.press("End");
    assert!(detail(&browser).contains("calculates after\nSelectListObjectValues"));
}

#[test]
fn objects_sort_by_their_calculations() {
    let Some(browser) = Browser::start() else { return };
    let (_folder, file) = page_about(Sample::of(1_000).log());
    open(&browser, &file, "view=objects");
    browser.click("#objects .head > :nth-child(10) button");
    let longest = column(&browser, "objects", "longest ▾");
    let millis: Vec<f64> = longest.iter().filter_map(|time| time.strip_suffix(" ms")?.parse().ok()).collect();
    assert!(millis.len() > 15 && millis.is_sorted_by(|a, b| a >= b), "{longest:?}");
    // Enter shows the calls on the object.
    browser.run("document.querySelector('#objects .grid').focus();");
    browser.press("Home");
    browser.press("Enter");
    browser.until(SETTLED);
    let handles = column(&browser, "messages", "handle");
    assert!(!handles.is_empty() && handles.iter().all(|handle| *handle == handles[0]));
}

#[test]
fn the_timeline_zooms_and_selects() {
    let Some(browser) = Browser::start() else { return };
    let (_folder, file) = page_about(Sample::of(1_000).log());
    open(&browser, &file, "");
    browser.run("document.getElementById('timeline').focus();");
    browser.press("+");
    browser.press("+");
    browser.until("/^[1-9]\\d\\d of/.test(document.getElementById('status').textContent)");
    assert_eq!(browser.run("return document.getElementById('range').hidden;"), json!(false));
    browser.picture("zoomed", false);
    browser.press("0");
    browser.until("document.getElementById('status').textContent === '1,009 of 1,009 messages'");
    browser.click("#timeline");
    let title: Value = browser.run(TITLE);
    assert_ne!(title, json!("Nothing is selected"));
    let drawn = "const pen = document.getElementById('timeline').getContext('2d');
        const { data } = pen.getImageData(0, 0, 1000, 100);
        return data.some((value) => value !== 0);";
    assert_eq!(browser.run(drawn), json!(true));
}

#[test]
fn a_log_without_times_and_an_empty_one_have_pages_too() {
    let Some(browser) = Browser::start() else { return };
    let log = r#"{"dir": ">", "msg": {"id": 1, "handle": -1, "method": "EngineVersion", "params": ["a\n\\n"]}}
        no JSON
        {"dir": "<", "msg": {"id": 1, "result": {"qVersion": {"qComponentVersion": "12"}}, "change": [5]}}"#;
    let (_folder, file) = page_about(log);
    open(&browser, &file, "line=3");
    assert_eq!(browser.run(TITLE), json!("Reply 1: EngineVersion"));
    assert!(detail(&browser).contains("5 ?"));
    open(&browser, &file, "line=1");
    assert!(detail(&browser).contains("\"a↵\n\\\\n\""), "{}", detail(&browser));
    open(&browser, &file, "");
    assert!(detail(&browser).contains("line 2: not JSON"));
    let (_folder, file) = page_about("");
    open(&browser, &file, "");
    assert_eq!(browser.run(STATUS), json!("0 of 0 messages"));
}
