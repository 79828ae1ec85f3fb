//! A user of the page of Yew components: clicks, and what the page shows.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use qix_chromium::Browser;
use qix_test_engine::TestEngine;

pub(crate) const NAME: &str = "the_yew_page_selects_by_clicking";

/// Selects a value, adds and removes others, and clears the selections.
pub(crate) async fn the_yew_page_selects_by_clicking(address: SocketAddr) -> Result<()> {
    let engine = TestEngine::start().await?;
    let url = format!("http://{address}/yew/index.html?engine={}", engine.url());
    // The browser's protocol blocks. A failure panics, with its reason on standard error.
    tokio::task::spawn_blocking(move || click(&url)).await.context("the page shows something else")
}

fn click(url: &str) {
    let Some(browser) = Browser::start() else { return };
    let rows = |count: usize| format!("document.querySelectorAll('tbody tr').length === {count}");
    let states = |field: &str| {
        browser.run(&format!(
            "return [...document.querySelectorAll('#{field} li')].map((item) => item.textContent + ' ' + item.className)\
             .join(', ');"
        ))
    };
    let value = |field: &str, at: usize| format!("#{field} li:nth-child({at}) button");

    browser.open(url, &rows(9));
    browser.until("document.querySelectorAll('li').length === 6");
    let heads = browser.run("return [...document.querySelectorAll('th')].map((head) => head.textContent).join(' ');");
    assert_eq!(heads, "Product Region Sales");
    browser.click(&value("Region", 3));
    browser.until(&rows(3));
    browser.until("document.querySelector('#Region li:nth-child(3)').className === 'S'");
    assert_eq!(states("Region"), "North A, South A, West S");
    browser.picture("yew", false);
    browser.click(&value("Region", 1));
    browser.until(&rows(6));
    browser.click(&value("Region", 3));
    browser.until("document.querySelector('#Region li:nth-child(3)').className === 'A'");
    browser
        .until("[...document.querySelectorAll('tbody td:nth-child(2)')].every((cell) => cell.textContent === 'North')");
    browser.click("#clear");
    browser.until(&rows(9));
    assert_eq!(browser.run("return document.querySelector('#problem').textContent;"), "");
}
