//! The list of facts as a page of the documentation.

use std::fmt::Write;

use crate::facts::TOPICS;

/// The start of the page.
const INTRODUCTION: &str = "\
What the client relies on.

Each row is a fact about engines, what relies on it, and where it was found. `cargo xtask conform` checks the facts on an
engine, in session apps of its own:

```sh
cargo xtask conform                                                   # the in-memory engine
cargo xtask conform --url ws://localhost:4848/app/
cargo xtask conform --url wss://sense.corp/jwt/app/ --bearer \"$JWT\" --report report.json
```

It prints which facts hold, which fail, and what the engine did. It changes nothing on the engine, and ends within
minutes. If a fact fails on your engine, please send the report: it contains no data of your apps and no credentials. If
the client relies on a fact that is not listed here, that is a defect.
";

/// The page, as Markdown.
pub fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for topic in TOPICS {
        // Writing to a string does not fail.
        write!(page, "\n# {}\n\n| fact | what relies on it | source |\n|---|---|---|\n", topic.title).ok();
        for fact in topic.facts {
            writeln!(page, "| {} | {} | {} |", fact.sentence, fact.used_by, fact.source).ok();
        }
    }
    page
}
