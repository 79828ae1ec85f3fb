//! Names of columns.

use std::collections::HashSet;

/// A unique name for each title: if columns have the same title, the second gets the suffix `_2`, or the next free
/// number; a column without a title is `column_` and its number, from 1.
pub(super) fn names<'t>(titles: impl Iterator<Item = &'t str>) -> Vec<String> {
    let titled = |(at, title): (usize, &str)| {
        if title.is_empty() { format!("column_{}", at + 1) } else { title.to_owned() }
    };
    let titles: Vec<String> = titles.enumerate().map(titled).collect();
    let mut taken: HashSet<String> = titles.iter().cloned().collect();
    let mut seen = HashSet::new();
    let name = |title: String| {
        if seen.insert(title.clone()) {
            return title;
        }
        let free = (2..).map(|number| format!("{title}_{number}")).find(|name| !taken.contains(name));
        let name = free.expect("there are more numbers than columns");
        taken.insert(name.clone());
        name
    };
    titles.into_iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn names_are_unique() {
        let named = |titles: &[&str]| names(titles.iter().copied());
        assert_eq!(named(&["a", "b"]), ["a", "b"]);
        assert_eq!(named(&["a", "a", "a"]), ["a", "a_2", "a_3"]);
        assert_eq!(named(&["a", "a", "a_2"]), ["a", "a_3", "a_2"]);
        assert_eq!(named(&["", "x", "", "column_3"]), ["column_1", "x", "column_3", "column_3_2"]);
    }
}
