//! Converts published descriptions to Markdown for rustdoc.
//!
//! They contain HTML (`<div class=note>`, tables, line breaks), headings of any level, relative links, and brackets
//! that rustdoc would interpret as links.

/// Cleans a description so that rustdoc reads it without warnings.
pub(crate) fn clean(text: &str) -> String {
    let mut out = Cleaner::default();
    let shown =
        |c: &char| *c == '\n' || !c.is_control() && !matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', "    ");
    // Rust rejects invisible characters in comments.
    for line in text.chars().filter(shown).collect::<String>().lines() {
        out.line(line);
    }
    out.finish()
}

#[derive(Default)]
struct Cleaner {
    out: Vec<String>,
    /// The fence that closes the current code block, whose content is not changed.
    fence: Option<&'static str>,
    /// The table that is being read.
    table: Option<Table>,
}

#[derive(Default)]
struct Table {
    rows: Vec<Vec<String>>,
}

impl Cleaner {
    fn line(&mut self, line: &str) {
        let fence = ["```", "~~~"].into_iter().find(|fence| line.trim_start().starts_with(fence));
        match (self.fence, fence) {
            (None, Some(fence)) => {
                // Rustdoc compiles blocks with a bare fence as Rust.
                self.out.push(format!("{fence}text"));
                self.fence = Some(fence);
                return;
            }
            (Some(open), fence) => {
                let closes = fence == Some(open);
                self.out.push(if closes { open.to_owned() } else { line.to_owned() });
                self.fence = self.fence.filter(|_| !closes);
                return;
            }
            (None, None) => {}
        }
        if let Some(heading) = line.trim_start().strip_prefix('#') {
            let heading = heading.trim_start_matches('#').trim();
            self.blank();
            self.text(&format!("**{}**", heading.trim_matches('*')));
            self.blank();
            return;
        }
        self.text(line);
    }

    /// Plain text and tags of one line.
    fn text(&mut self, line: &str) {
        let mut plain = String::new();
        let mut rest = line;
        while let Some(start) = rest.find('<') {
            plain.push_str(&rest[..start]);
            let Some((tag, after)) = tag(&rest[start..]) else {
                plain.push('<');
                rest = &rest[start + 1..];
                continue;
            };
            match tag.as_str() {
                "div" => {
                    self.push(&std::mem::take(&mut plain));
                    self.blank();
                    plain.push_str("**Note:** ");
                }
                "/div" | "br" | "p" | "/p" | "/ul" | "/ol" | "/li" => {
                    self.push(&std::mem::take(&mut plain));
                    self.blank();
                }
                "li" => {
                    self.push(&std::mem::take(&mut plain));
                    plain.push_str("* ");
                }
                "table" => {
                    self.push(&std::mem::take(&mut plain));
                    self.table = Some(Table::default());
                }
                "tr" => {
                    if let Some(table) = &mut self.table {
                        table.rows.push(Vec::new());
                    }
                }
                "/td" | "/th" => {
                    let cell = std::mem::take(&mut plain);
                    if let Some(row) = self.table.as_mut().and_then(|table| table.rows.last_mut()) {
                        row.push(escape(cell.trim()).replace('|', "\\|"));
                    }
                }
                "/table" => {
                    plain.clear();
                    self.close_table();
                }
                "b" | "/b" | "strong" | "/strong" => plain.push_str("**"),
                "i" | "/i" | "em" | "/em" => plain.push('_'),
                "code" | "/code" => plain.push('`'),
                _ => {}
            }
            rest = after;
        }
        plain.push_str(rest);
        if self.table.is_some() {
            // Text between cells continues the last cell.
            if let Some(cell) = self.table.as_mut().and_then(|t| t.rows.last_mut()).and_then(|row| row.last_mut())
                && !plain.trim().is_empty()
            {
                cell.push(' ');
                cell.push_str(&escape(plain.trim()));
            }
            return;
        }
        self.push(&plain);
    }

    fn close_table(&mut self) {
        let Some(table) = self.table.take() else { return };
        let rows: Vec<_> = table.rows.into_iter().filter(|row| !row.is_empty()).collect();
        let Some(width) = rows.iter().map(Vec::len).max() else { return };
        self.blank();
        for (index, mut row) in rows.into_iter().enumerate() {
            row.resize(width, String::new());
            self.out.push(format!("| {} |", row.join(" | ")));
            if index == 0 {
                self.out.push(format!("|{}", " --- |".repeat(width)));
            }
        }
        self.blank();
    }

    fn push(&mut self, plain: &str) {
        if plain.trim().is_empty() {
            self.blank();
            return;
        }
        let indent: String = plain.chars().take_while(|c| *c == ' ').take(2).collect();
        let text = plain.trim();
        // A list must follow a blank line or another item.
        let item = text.starts_with("* ") || text.starts_with("- ");
        let after_text = self.out.last().is_some_and(|last| {
            let last = last.trim_start();
            !last.is_empty() && !last.starts_with("* ") && !last.starts_with("- ")
        });
        if item && after_text && indent.is_empty() {
            self.blank();
        }
        self.out.push(format!("{indent}{}", line_of_text(text)));
    }

    fn blank(&mut self) {
        if self.out.last().is_some_and(|last| !last.is_empty()) {
            self.out.push(String::new());
        }
    }

    fn finish(mut self) -> String {
        self.close_table();
        self.out.extend(self.fence.map(str::to_owned));
        while self.out.last().is_some_and(String::is_empty) {
            self.out.pop();
        }
        self.out.join("\n")
    }
}

/// Parses a tag at the start of a text: its name in lowercase, with `/` if it is a closing tag, and the rest of the
/// text.
fn tag(text: &str) -> Option<(String, &str)> {
    let end = text.find('>')?;
    let inner = text[1..end].trim().trim_end_matches('/');
    let name: String = inner.chars().take_while(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    let word = name.trim_start_matches('/');
    const TAGS: [&str; 26] = [
        "a", "b", "br", "code", "div", "em", "h1", "h2", "h3", "h4", "i", "img", "li", "ol", "p", "pre", "span",
        "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr",
    ];
    (TAGS.contains(&word) || word == "ul").then(|| (name, &text[end + 1..]))
}

/// Keeps absolute links, replaces other links with their text, and escapes what rustdoc would interpret as links or
/// tags.
fn escape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '`' {
            let ticks = rest.len() - rest.trim_start_matches('`').len();
            let span = code_span(rest, ticks);
            out.push_str(&span.map_or_else(|| "\\`".repeat(ticks), |end| rest[..end].to_owned()));
            rest = &rest[span.unwrap_or(ticks)..];
            continue;
        }
        if let Some((label, target, after)) = link(rest) {
            if target.starts_with("https://") || target.starts_with("http://") {
                out.push_str(&format!("[{}](<{target}>)", escape(label)));
            } else {
                out.push_str(&escape(label));
            }
            rest = after;
            continue;
        }
        if rest.starts_with("http://") || rest.starts_with("https://") {
            let end = rest.find(|c: char| c.is_whitespace() || "<>[]()\"'|".contains(c)).unwrap_or(rest.len());
            let address = rest[..end].trim_end_matches(['.', ',', ';', ':']);
            out.push_str(&format!("<{address}>"));
            rest = &rest[address.len()..];
            continue;
        }
        match c {
            '[' | ']' | '<' | '>' => out.extend(['\\', c]),
            '\\' => out.push_str("\\\\"),
            _ => out.push(c),
        }
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// The end of the code span that starts with the backticks at the start of a text: after the next run of equal
/// length.
fn code_span(text: &str, ticks: usize) -> Option<usize> {
    let mut at = ticks;
    while let Some(found) = text[at..].find('`') {
        at += found;
        let run = text.len() - at - text[at..].trim_start_matches('`').len();
        at += run;
        if run == ticks {
            return Some(at);
        }
    }
    None
}

/// Escapes a line of text after its list markers, so that it does not start a code block.
fn line_of_text(text: &str) -> String {
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let bullet = text.starts_with(['*', '-', '+']);
    let number = digits.len() < text.len() && digits.starts_with(['.', ')']);
    let mark = if bullet {
        1
    } else if number {
        text.len() - digits.len() + 1
    } else {
        0
    };
    if mark > 0 && text[mark..].starts_with(' ') {
        return format!("{} {}", &text[..mark], line_of_text(text[mark..].trim_start()));
    }
    let escaped = escape(text);
    match escaped.strip_prefix("```") {
        Some(_) => escape(&text.replace('`', "'")),
        None if escaped.starts_with("~~~") => format!("\\{escaped}"),
        None => escaped,
    }
}

/// Parses a Markdown link at the start of a text: label, target, and rest.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let close = text.strip_prefix('[')?.find("](")? + 1;
    let label = &text[1..close];
    if label.contains(['[', ']']) {
        return None;
    }
    let end = close + 2 + text[close + 2..].find(')')?;
    Some((label, text[close + 2..end].trim(), &text[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn notes_become_paragraphs() {
        assert_eq!(
            clean("Does it.\n<div class=note>Only here.</div>\nMore."),
            "Does it.\n\n**Note:** Only here.\n\nMore."
        );
    }

    #[test]
    fn headings_do_not_compete_with_rustdocs() {
        assert_eq!(clean("A\n### Limits\n* one\n* two"), "A\n\n**Limits**\n\n* one\n* two");
    }

    #[test]
    fn links_into_another_site_lose_their_target() {
        assert_eq!(
            clean("See [Select](#csh-select) and [site](https://a.b/c)."),
            "See Select and [site](<https://a.b/c>)."
        );
        assert_eq!(clean("At https://a.b/c."), "At <https://a.b/c>.");
    }

    #[test]
    fn brackets_and_comparisons_are_text() {
        assert_eq!(clean("[1,0,2] if a < b and `x[0]`"), "\\[1,0,2\\] if a \\< b and `x[0]`");
        assert_eq!(clean("an odd ` tick"), "an odd \\` tick");
        assert_eq!(clean("a ``[b]` [c] ``` <d>``"), "a ``[b]` [c] ``` <d>``");
        assert_eq!(clean("a `` [b]` [c]"), "a \\`\\` \\[b\\]\\` \\[c\\]");
        assert_eq!(clean("1.     ~~~ [x]\n* ``` [y]"), "1. \\~~~ \\[x\\]\n\n* \\`\\`\\` \\[y\\]");
    }

    #[test]
    fn tables_are_markdown() {
        let html = "<table>\n<tr><th>Name</th><th>Text</th></tr>\n<tr><td>a</td><td>b | c</td></tr>\n</table>\nEnd";
        assert_eq!(clean(html), "| Name | Text |\n| --- | --- |\n| a | b \\| c |\n\nEnd");
    }

    #[test]
    fn code_is_not_compiled() {
        assert_eq!(clean("```\nlet [x] = 1;\n```"), "```text\nlet [x] = 1;\n```");
        assert_eq!(clean("```json\n{"), "```text\n{\n```");
        assert_eq!(clean("~~~\n```\n~~~"), "~~~text\n```\n~~~");
    }

    #[test]
    fn invisible_content_is_omitted() {
        assert_eq!(clean("a\rb\r\nc \u{202e}d\u{0}\te"), "a\nb\nc d    e");
    }
}
