//! The page stays responsive with a large log.

use crate::sample::{CHARTS, Sample};
use qix_traffic::{Live, Options, page};

use crate::{SETTLED, STATUS, open, page_about};
use qix_chromium::Browser;
use serde_json::{Value, json};

/// Maximum time in milliseconds that users do not notice, on a busy machine.
const SMOOTH: f64 = 150.0;

/// Scrolls to positions all over the list and returns the sorted times until each was drawn.
const SCROLL: &str = "
    const scroller = document.querySelector('#messages .scroller');
    const times = [];
    for (let step = 0; step < 60; step++) {
        const start = performance.now();
        scroller.scrollTop = (step * 7919 % 60) / 60 * scroller.scrollHeight;
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b);";

#[test]
fn a_hundred_thousand_messages_are_filtered_and_scrolled() {
    let Some(browser) = Browser::start() else { return };
    let sample = Sample::of(100_000);
    let (_folder, file) = page_about(sample.log());
    open(&browser, &file, "");
    let all = browser.run(STATUS);
    assert!(all.as_str().unwrap().ends_with(" messages") && all.as_str().unwrap().starts_with("100,0"), "{all}");
    browser.picture("large", false);

    let times: Vec<f64> = serde_json::from_value(browser.run(SCROLL)).unwrap();
    assert!(times[times.len() / 2] < SMOOTH, "half of the places took longer than {} ms", times[times.len() / 2]);

    // Only visible elements exist, and filtering reuses them.
    let marked = "const rows = [...document.querySelectorAll('#messages .row')];
        rows.forEach((row) => { row.seen = true; });
        return rows.length;";
    let rows = browser.run(marked).as_u64().unwrap();
    assert!(rows < 100, "{rows} rows");
    let filtered = "const start = performance.now();
        const field = document.querySelector('[name=text]');
        field.value = 'temporary-1234\"';
        field.dispatchEvent(new InputEvent('input', { bubbles: true }));
        let longest = 0, last = start;
        const status = document.getElementById('status');
        while (!/^\\d of/.test(status.textContent) && last - start < 60000) {
            await new Promise(requestAnimationFrame);
            const now = performance.now();
            longest = Math.max(longest, now - last);
            last = now;
        }
        return { took: last - start, longest, status: status.textContent };";
    let filtered = browser.run(filtered);
    // Created by name, answered with the name, destroyed by name.
    assert!(filtered["status"].as_str().unwrap().starts_with("3 of "), "{filtered}");
    assert!(filtered["took"].as_f64().unwrap() < 20_000.0, "{filtered}");
    assert!(filtered["longest"].as_f64().unwrap() < 10.0 * SMOOTH, "the page was blocked: {filtered}");
    let same = "return [...document.querySelectorAll('#messages .row')].every((row) => row.seen);";
    assert_eq!(browser.run(same), json!(true));

    // Jumps from an object to the cause of one of its many changes.
    open(&browser, &file, "object=4");
    browser.click("#detail .cause");
    browser.until(SETTLED);
    let title = "return document.querySelector('#detail h2').textContent;";
    assert!(browser.run(title).as_str().unwrap().ends_with(": SelectListObjectValues"));
    let objects: Value = browser.run("return document.querySelector('#objects .grid').ariaRowCount;");
    assert!(objects.as_str().unwrap().parse::<i64>().unwrap() > CHARTS + 1_000, "{objects}");
}

#[test]
fn a_list_taller_than_browsers_allow_reaches_every_message() {
    let Some(browser) = Browser::start() else { return };
    let log = "{\"dir\": \"<\", \"msg\": {\"method\": \"OnConnected\"}}\n".repeat(400_000);
    let (_folder, file) = page_about(&log);
    // The selected row, if visible: its line and position.
    let selected = "const view = document.querySelector('#messages .scroller').getBoundingClientRect();
        const row = document.querySelector('#messages .row[aria-selected=true]:not([hidden])');
        const box = row.getBoundingClientRect();
        return box.top >= view.top - 1 && box.bottom <= view.bottom + 1 ? row.firstChild.textContent : `at ${box.top}`;";
    open(&browser, &file, "line=234567");
    assert_eq!(browser.run(selected), json!("234567"));
    browser.run("document.querySelector('#messages .grid').focus();");
    for (key, line) in [("ArrowDown", "234568"), ("End", "400000"), ("ArrowUp", "399999"), ("Home", "1")] {
        browser.press(key);
        assert_eq!(browser.run(selected), json!(line), "{key}");
    }
}

#[test]
fn a_live_page_grows_smoothly_and_ends_like_the_page_of_the_whole_log() {
    const UPDATES: usize = 20;
    let Some(browser) = Browser::start() else { return };
    let sample = Sample::of(100_000);
    let mut lines = sample.log().split_inclusive('\n');
    let mut live = Live::new(Options::default());
    lines.by_ref().take(90_000).for_each(|line| live.line(line.as_bytes()));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("live.html");
    page::write_live(live.log(), "dashboard.jsonl", &mut std::fs::File::create(&file).unwrap()).unwrap();
    open(&browser, &file, "");
    let share = sample.messages.saturating_sub(90_000).div_ceil(UPDATES);
    let mut updates = Vec::new();
    for _ in 0..UPDATES {
        let from = live.log().messages.len();
        lines.by_ref().take(share).for_each(|line| live.line(line.as_bytes()));
        let mut update = Vec::new();
        page::update(live.log(), from, &mut update).unwrap();
        updates.push(String::from_utf8(update).unwrap());
    }
    assert!(lines.next().is_none());
    // The page around the frame posts the updates; without a frame, the page is its own parent.
    let times = browser.run(&format!(
        "const times = [];
        for (const update of [{}]) {{
            const start = performance.now();
            window.postMessage(update, '*');
            await new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done))));
            times.push(performance.now() - start);
        }}
        return times.sort((a, b) => a - b);",
        updates.join(",")
    ));
    let times: Vec<f64> = serde_json::from_value(times).unwrap();
    assert!(times[UPDATES / 2] < SMOOTH, "half of the updates took longer than {} ms", times[UPDATES / 2]);
    let shown = "return [document.getElementById('summary').innerText, document.getElementById('status').textContent];";
    let grown = browser.run(shown);
    let (_folder, file) = page_about(sample.log());
    open(&browser, &file, "");
    assert_eq!(grown, browser.run(shown));
}
