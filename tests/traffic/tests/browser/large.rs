//! The page of a large log: what it draws does not grow with the log.

use crate::sample::{CHARTS, Sample};
use qix_traffic::{Live, Options, page};

use crate::{SETTLED, STATUS, open, page_about};
use qix_chromium::Browser;
use serde_json::{Value, json};

/// The most rows that exist: those that are visible, and some around them.
const ROWS: u64 = 100;

/// Scrolls to positions all over the list. Returns at how many of them a row was drawn, and the most rows that existed.
const SCROLL: &str = "
    const scroller = document.querySelector('#messages .scroller');
    const box = scroller.getBoundingClientRect();
    let drawn = 0, most = 0;
    for (let step = 0; step < 60; step++) {
        scroller.scrollTop = (step * 7919 % 60) / 60 * scroller.scrollHeight;
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        if (there && there.closest('#messages .row')) drawn++;
        most = Math.max(most, document.querySelectorAll('#messages .row').length);
    }
    return [drawn, most];";

#[test]
fn a_hundred_thousand_messages_are_filtered_and_scrolled() {
    let Some(browser) = Browser::start() else { return };
    let sample = Sample::of(100_000);
    let (_folder, file) = page_about(sample.log());
    open(&browser, &file, "");
    let all = browser.run(STATUS);
    assert!(all.as_str().unwrap().ends_with(" messages") && all.as_str().unwrap().starts_with("100,0"), "{all}");
    browser.picture("large", false);

    let (drawn, most): (u64, u64) = serde_json::from_value(browser.run(SCROLL)).unwrap();
    assert_eq!(drawn, 60);
    assert!(most < ROWS, "{most} rows");

    // Filtering reuses the rows.
    let marked = "const rows = [...document.querySelectorAll('#messages .row')];
        rows.forEach((row) => { row.seen = true; });
        return rows.length;";
    assert!(browser.run(marked).as_u64().unwrap() > 0);
    let filter = "const field = document.querySelector('[name=text]');
        field.value = 'temporary-1234\"';
        field.dispatchEvent(new InputEvent('input', { bubbles: true }));";
    browser.run(filter);
    browser.until("/^\\d of/.test(document.getElementById('status').textContent)");
    // Created by name, answered with the name, destroyed by name.
    let filtered = browser.run(STATUS);
    assert!(filtered.as_str().unwrap().starts_with("3 of "), "{filtered}");
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
fn a_live_page_draws_little_at_each_update_and_ends_like_the_page_of_the_whole_log() {
    const UPDATES: usize = 20;
    // More nodes than an update of 500 messages adds to the page.
    const ADDED: u64 = 1_000;
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
    let most = browser.run(&format!(
        "let added = 0, most = 0;
        const count = (records) => {{ for (const record of records) added += record.addedNodes.length; }};
        const observer = new MutationObserver(count);
        observer.observe(document, {{ childList: true, subtree: true }});
        for (const update of [{}]) {{
            window.postMessage(update, '*');
            await new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done))));
            count(observer.takeRecords());
            most = Math.max(most, added);
            added = 0;
        }}
        return most;",
        updates.join(",")
    ));
    let most = most.as_u64().unwrap();
    assert!((1..ADDED).contains(&most), "{most} nodes");
    let shown = "return [document.getElementById('summary').innerText, document.getElementById('status').textContent];";
    let grown = browser.run(shown);
    let (_folder, file) = page_about(sample.log());
    open(&browser, &file, "");
    assert_eq!(grown, browser.run(shown));
}
