//! Finds the path of the value at a position of a JSON text, for errors.

/// The path of the value that ends at, or contains, a position. Line and column count from 1; columns count bytes.
pub(super) fn at(text: &str, line: usize, column: usize) -> String {
    let end = offset(text, line, column);
    let mut levels: Vec<Level> = Vec::new();
    let mut scan = PathScan { bytes: text.as_bytes(), next: 0 };
    while scan.next < end {
        let byte = scan.bytes[scan.next];
        scan.next += 1;
        if let Some(Level::List(index @ None)) = levels.last_mut()
            && !byte.is_ascii_whitespace()
            && byte != b']'
        {
            *index = Some(0);
        }
        match byte {
            b'{' => levels.push(Level::Object(None)),
            b'[' => levels.push(Level::List(None)),
            b'}' | b']' if scan.next < end => {
                levels.pop();
            }
            b',' => match levels.last_mut() {
                Some(Level::List(index)) => *index = index.map(|index| index + 1),
                Some(Level::Object(key)) => *key = None,
                None => {}
            },
            b'"' => {
                let from = scan.next;
                scan.string();
                if let Some(Level::Object(key @ None)) = levels.last_mut() {
                    *key = Some(text.get(from..scan.next.saturating_sub(1)).unwrap_or_default());
                }
            }
            _ => {}
        }
    }
    render(&levels)
}

/// How many bytes come before the place at a line and column.
pub(super) fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (start + column).min(text.len())
}

enum Level<'a> {
    Object(Option<&'a str>),
    /// The element that is being read.
    List(Option<usize>),
}

struct PathScan<'a> {
    bytes: &'a [u8],
    next: usize,
}

impl PathScan<'_> {
    /// Skips the rest of a string.
    fn string(&mut self) {
        while let Some(byte) = self.bytes.get(self.next) {
            self.next += 1;
            match byte {
                b'\\' => self.next += 1,
                b'"' => return,
                _ => {}
            }
        }
        self.next = self.bytes.len();
    }
}

fn render(levels: &[Level<'_>]) -> String {
    let mut path = String::new();
    for level in levels {
        match level {
            Level::Object(Some(key)) if path.is_empty() => path.push_str(key),
            Level::Object(Some(key)) => path.extend([".", key]),
            Level::Object(None) | Level::List(None) => {}
            Level::List(Some(index)) => path.push_str(&format!("[{index}]")),
        }
    }
    if path.is_empty() { ".".to_owned() } else { path }
}

#[cfg(test)]
mod tests {
    use super::at;

    #[test]
    fn names_the_value_that_ends_at_the_position() {
        let text = r#"{"a":{"b":[1,[2,"x\"]y"]]},"c":true}"#;
        let end_of = |part: &str| text.find(part).unwrap() + part.len();
        assert_eq!(at(text, 1, end_of("[1")), "a.b[0]");
        assert_eq!(at(text, 1, end_of("[2")), "a.b[1][0]");
        assert_eq!(at(text, 1, end_of("]y\"")), "a.b[1][1]");
        assert_eq!(at(text, 1, end_of("true")), "c");
        assert_eq!(at(text, 1, 1), ".");
    }

    #[test]
    fn counts_lines() {
        assert_eq!(at("{\n \"a\": [\n  1,\n  2\n ]\n}", 4, 3), "a[1]");
        assert_eq!(at("", 1, 0), ".");
        assert_eq!(at("[", 9, 9), ".");
        assert_eq!(at("[1", 9, 9), "[0]");
    }
}
