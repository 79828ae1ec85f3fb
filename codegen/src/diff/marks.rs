//! Compares stability, deprecation, visibility, and categories of an item.

use super::line::{Change, Line, Subject};
use super::side;
use crate::model::{Deprecation, Marks, Model, Stability};

/// The item that the marks belong to.
pub(super) struct About {
    pub(super) subject: Subject,
    pub(super) item: String,
    pub(super) rust: Vec<String>,
    /// Whether Rust warns about its use if it is deprecated.
    pub(super) warns: bool,
}

impl About {
    fn line(&self, change: Change) -> Line {
        Line::new(change, self.subject, self.item.clone()).rust(self.rust.clone())
    }
}

/// The default marks.
pub(super) fn of_api(model: &Model) -> Marks {
    Marks {
        stability: model.stability,
        visibility: model.visibility.clone(),
        categories: model.categories.clone(),
        deprecated: None,
    }
}

/// The marks of an item, or of the first enclosing item that has them.
fn whole(marks: &[&Marks]) -> Marks {
    Marks {
        stability: marks.iter().find_map(|marks| marks.stability),
        visibility: marks.iter().find_map(|marks| marks.visibility.clone()),
        ..Marks::default()
    }
}

/// Compares the marks of an item and its enclosing items. Inherited changes are reported at the enclosing item.
pub(super) fn compare(about: &About, old: &[&Marks], new: &[&Marks], lines: &mut Vec<Line>) {
    let (old_whole, new_whole) = (whole(old), whole(new));
    let ([old, ..], [new, ..]) = (old, new) else { return };
    if old.stability != new.stability && old_whole.stability != new_whole.stability {
        lines.push(stability(about, old_whole.stability, new_whole.stability));
    }
    deprecation(about, old.deprecated.as_ref(), new.deprecated.as_ref(), lines);
    if old.visibility != new.visibility && old_whole.visibility != new_whole.visibility {
        let text = |marks: Marks| marks.visibility.unwrap_or_default();
        lines.push(about.line(Change::Changed).fact("visibility", text(old_whole), text(new_whole)));
    }
    if old.categories != new.categories {
        let text = |marks: &Marks| marks.categories.join(", ");
        lines.push(about.line(Change::Changed).fact("categories", text(old), text(new)));
    }
}

fn stability(about: &About, old: Option<Stability>, new: Option<Stability>) -> Line {
    let experimental = |stability| stability == Some(Stability::Experimental);
    let (change, meaning) = match (experimental(old), experimental(new)) {
        (true, false) => (Change::Stabilized, "It is now stable."),
        (false, true) => (Change::Unsettled, "It may change or be removed in any version."),
        _ => (Change::Changed, ""),
    };
    let word = |stability: Option<Stability>| stability.map_or("", Stability::as_str);
    about.line(change).fact("stability", word(old), word(new)).meaning(meaning)
}

fn deprecation(about: &About, old: Option<&Deprecation>, new: Option<&Deprecation>, lines: &mut Vec<Line>) {
    let instead = |deprecation: &Deprecation| deprecation.instead.join(", ");
    match (old, new) {
        (None, Some(new)) => {
            let rust: Vec<String> = new.instead.iter().map(|path| format!("`{}`", side::item(path))).collect();
            let advice = match &rust[..] {
                [] => "the schema does not name a replacement".to_owned(),
                rust => format!("use {} instead", rust.join(" or ")),
            };
            let line = about.line(Change::Deprecated);
            lines.push(if about.warns {
                line.adds().meaning(format!("The compiler warns about its use; {advice}."))
            } else {
                line.meaning(format!("The documentation says so; {advice}."))
            });
        }
        (Some(_), None) => lines.push(about.line(Change::Restored)),
        (Some(old), Some(new)) if old != new => {
            lines.push(about.line(Change::Changed).fact("what to use instead", instead(old), instead(new)));
        }
        _ => {}
    }
}
