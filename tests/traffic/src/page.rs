//! Writes a log as a self-contained web page.

mod data;
mod escape;

use std::io::{self, Write};

use serde::Serialize;

use crate::Log;
use crate::shorten::shorten;
use data::Data;
use escape::Inside;

const TEMPLATE: &str = include_str!("../page/page.html");
const STYLE: &str = include_str!("../page/style.css");
/// Scripts, in dependency order.
const SCRIPTS: [&str; 9] = [
    include_str!("../page/model.js"),
    parts::FORMAT,
    include_str!("../page/filter.js"),
    include_str!("../page/list.js"),
    include_str!("../page/json.js"),
    include_str!("../page/detail.js"),
    include_str!("../page/timeline.js"),
    include_str!("../page/tables.js"),
    include_str!("../page/app.js"),
];

/// Approximate maximum size of all messages in a page. Browsers support more, but become slow.
const BUDGET: usize = 64 << 20;
/// Minimum size kept of each message.
const LEAST: usize = 160;

/// Parts of the page that other pages use: colors and fonts, making elements, and formatting values.
pub mod parts {
    /// The style sheet of colors, fonts, and controls.
    pub const COLORS: &str = include_str!("../page/colors.css");
    /// The functions `element`, `number`, `span`, and `size`.
    pub const FORMAT: &str = include_str!("../page/format.js");
}

/// Writes a web page for a log.
///
/// # Errors
///
/// Returns the errors of the writer.
pub fn write(log: &Log, title: &str, out: &mut impl Write) -> io::Result<()> {
    page(log, &Data::since(log, title, 0), out)
}

/// Writes a web page for a log that grows while the page is open in a frame: the page around it posts each
/// [`update`] to it as a message.
///
/// # Errors
///
/// Returns the errors of the writer.
pub fn write_live(log: &Log, title: &str, out: &mut impl Write) -> io::Result<()> {
    page(log, &Data::since(log, title, 0).live(), out)
}

/// Writes the messages from an index on, as JSON for a page of [`write_live`].
///
/// # Errors
///
/// Returns the errors of the writer.
pub fn update(log: &Log, from: usize, out: &mut impl Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Update<'a> {
        data: Data<'a>,
        texts: Vec<&'a str>,
    }
    let texts = log.messages.iter().skip(from).map(|message| &*message.text).collect();
    Ok(serde_json::to_writer(out, &Update { data: Data::since(log, "", from), texts })?)
}

fn page(log: &Log, data: &Data<'_>, out: &mut impl Write) -> io::Result<()> {
    for (index, part) in TEMPLATE.split("{{").enumerate() {
        let (name, rest) = if index == 0 { ("", part) } else { part.split_once("}}").unwrap_or(("", part)) };
        match name {
            "title" => out.write_all(escape::html(data.title()).as_bytes())?,
            "style" => [parts::COLORS, STYLE].iter().try_for_each(|style| out.write_all(style.as_bytes()))?,
            "data" => serde_json::to_writer(Inside(&mut *out), data)?,
            "texts" => texts(log, &mut Inside(&mut *out))?,
            "script" => SCRIPTS.iter().try_for_each(|script| out.write_all(script.as_bytes()))?,
            _ => {}
        }
        out.write_all(rest.as_bytes())?;
    }
    Ok(())
}

/// The messages, one per line: their JSON contains no line breaks.
fn texts(log: &Log, out: &mut impl Write) -> io::Result<()> {
    let most = most(log, BUDGET);
    for (index, message) in log.messages.iter().enumerate() {
        if index > 0 {
            out.write_all(b"\n")?;
        }
        if message.text.len() > most {
            out.write_all(shorten(&message.text, most, "").as_bytes())?;
        } else {
            out.write_all(message.text.as_bytes())?;
        }
    }
    Ok(())
}

/// Maximum size of each message for a total budget.
fn most(log: &Log, budget: usize) -> usize {
    let mut most = log.messages.iter().map(|message| message.text.len()).max().unwrap_or_default();
    let total = |most: usize| log.messages.iter().map(|message| message.text.len().min(most)).sum::<usize>();
    while most > LEAST && total(most) > budget {
        most = (most / 2).max(LEAST);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::{SCRIPTS, most, write};
    use crate::{Log, Options};

    fn page(log: &str, title: &str) -> String {
        let log = Log::read(log.as_bytes(), &Options::default()).unwrap();
        let mut out = Vec::new();
        write(&log, title, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn log_content_cannot_escape_in_the_page() {
        let evil = "</script><script>alert(1)</script><!--{{title}}";
        let message = serde_json::json!({ "method": evil, "id": 1, "params": [evil, "a\u{2028}b"] });
        let page = page(&format!(r#"{{"dir": ">", "msg": {message}}}"#), evil);
        let honest = super::TEMPLATE.matches("</script").count();
        assert_eq!(page.matches("</script").count(), honest);
        assert!(page.contains("script>alert(1)") && !page.contains("<script>alert(1)"));
        assert!(!page.contains("<!--"));
    }

    #[test]
    fn the_page_needs_no_network() {
        let page = page(r#"{"dir": "<", "msg": {"change": [1]}}"#, "log");
        assert!(page.contains("default-src 'none'"));
        for reach in ["http:", "https:", "fetch(", "import ", "XMLHttpRequest", "innerHTML", "eval("] {
            assert!(!page.contains(reach), "{reach}");
        }
        assert!(SCRIPTS.iter().all(|script| !script.contains("</")));
    }

    #[test]
    fn secrets_are_not_in_the_page() {
        let log =
            r#"{"dir": ">", "msg": {"id": 1, "handle": -1, "method": "OpenDoc", "params": ["a", "u", "s3cret"]}}"#;
        assert!(!page(log, "log").contains("s3cret"));
    }

    #[test]
    fn many_messages_are_shortened_to_a_budget() {
        let line = format!("{{\"dir\": \"<\", \"msg\": {{\"method\": \"{}\"}}}}\n", "x".repeat(1_000));
        let log = Log::read(line.repeat(10).as_bytes(), &Options::default()).unwrap();
        assert!(most(&log, 5_000) <= 500);
        assert!(most(&log, 0) >= super::LEAST);
    }
}
