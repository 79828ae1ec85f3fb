use qix_schema::rpc::Request;
use qix_schema::{doc, field, generic_bookmark, generic_object};

use super::*;

/// A journal, and its calls as `Method target params`.
#[derive(Default)]
struct Book {
    journal: Journal,
    last: i64,
}

impl Book {
    fn call<R: Request>(&mut self, target: &str, state: Option<&str>, params: &str) -> &mut Self {
        self.last += 1;
        let target = CalledObject { name: target.to_owned(), state: state.map(str::to_owned), found_by: None };
        self.journal.sent(self.last, Entry::new(R::METHOD, Sets::of(R::METHOD), params, target));
        self.journal.answered(self.last, None);
        self
    }

    fn select(&mut self, field: &str, value: &str) -> &mut Self {
        self.call::<field::Select>(field, Some("$"), value)
    }

    fn calls(&self) -> Vec<String> {
        let call = |entry: &Entry| format!("{} {} {}", entry.method.name, entry.target.name, entry.params);
        self.journal.entries().iter().map(|(_, entry)| call(entry).trim_end().to_owned()).collect()
    }
}

#[test]
fn a_selection_in_the_only_field_replaces_the_one_before() {
    let mut book = Book::default();
    book.select("A", "1").select("A", "2");
    assert_eq!(book.calls(), ["Select A 2"]);
}

#[test]
fn a_selection_that_may_have_cleared_another_field_is_kept() {
    let mut book = Book::default();
    // The second may have cleared the first: without it, the third would leave the first one set.
    book.select("A", "1").select("B", "1").select("B", "2");
    assert_eq!(book.calls(), ["Select A 1", "Select B 1", "Select B 2"]);
}

#[test]
fn clearing_all_of_a_state_makes_its_selections_irrelevant() {
    let mut book = Book::default();
    book.select("A", "1")
        .call::<field::Select>("A", Some("S"), "3")
        .select("B", "2")
        .call::<doc::ClearAll>("", None, "{}");
    assert_eq!(book.calls(), ["Select A 3", "ClearAll  {}"]);
}

#[test]
fn locked_fields_are_not_cleared_by_default() {
    let mut book = Book::default();
    book.select("A", "1").call::<field::Lock>("A", Some("$"), "").call::<doc::ClearAll>("", None, "{}");
    assert_eq!(book.calls(), ["Select A 1", "Lock A", "ClearAll  {}"]);
    book.call::<doc::ClearAll>("", None, r#"{"qLockedAlso":true}"#);
    assert_eq!(book.calls().len(), 1);
}

#[test]
fn a_state_that_another_was_copied_from_is_kept() {
    let mut book = Book::default();
    let add = |book: &mut Book, params: &str| {
        book.call::<doc::AddSessionAlternateState>("", None, params);
    };
    add(&mut book, r#"{"qStateName":"S"}"#);
    book.call::<field::Select>("A", Some("S"), "1");
    add(&mut book, r#"{"qStateName":"T","qSourceStateName":"S"}"#);
    book.call::<doc::RemoveSessionAlternateState>("", None, r#"{"qStateName":"S"}"#);
    assert_eq!(book.calls().len(), 4);
    let mut book = Book::default();
    add(&mut book, r#"{"qStateName":"S"}"#);
    book.call::<field::Select>("A", Some("S"), "1");
    book.call::<doc::RemoveSessionAlternateState>("", None, r#"{"qStateName":"S"}"#);
    assert_eq!(book.calls(), [""; 0]);
}

#[test]
fn a_selection_mode_that_has_ended_is_not_restored() {
    let mut book = Book::default();
    let begin = |book: &mut Book| {
        book.call::<generic_object::BeginSelections>("x", None, "");
    };
    begin(&mut book);
    book.journal.ordered(doc::AbortModal::METHOD, "{}");
    assert_eq!(book.calls(), [""; 0], "it was left without a call");
    begin(&mut book);
    book.call::<generic_object::SelectListObjectValues>("x", None, "");
    book.call::<generic_object::EndSelections>("x", None, r#"{"qAccept":false}"#);
    assert_eq!(book.calls(), [""; 0]);
    begin(&mut book);
    book.call::<generic_object::SelectListObjectValues>("x", None, "");
    book.call::<generic_object::EndSelections>("x", None, r#"{"qAccept":true}"#);
    assert_eq!(book.calls().len(), 3);
}

#[test]
fn a_bookmark_that_has_changed_is_not_applied_again() {
    let mut book = Book::default();
    let id = r#"{"qId":"b"}"#;
    let obstacles = |book: &Book| -> Vec<bool> {
        book.journal.entries().iter().map(|(_, entry)| entry.obstacle().is_some()).collect()
    };
    book.call::<generic_bookmark::Apply>("b", None, "{}").call::<doc::ApplyBookmark>("", None, r#"{"qId":"c"}"#);
    assert_eq!(obstacles(&book), [false, false]);
    book.call::<doc::ReplaceBookmark>("", None, id);
    assert_eq!(obstacles(&book), [true, false]);
    // The engine has the new selections only in memory.
    book.call::<doc::ApplyAndVerifyBookmark>("", None, id);
    assert_eq!(obstacles(&book), [true, false, true]);
    book.call::<doc::DoSave>("", None, "{}").call::<doc::ApplyBookmark>("", None, id);
    assert_eq!(obstacles(&book), [true, false, true, false]);
}

#[test]
fn large_selections_do_not_accumulate() {
    let mut book = Book::default();
    let values = "1,".repeat(1 << 20);
    for round in 0..100 {
        book.select(if round % 2 == 0 { "A" } else { "B" }, &values);
    }
    let size: usize = book.journal.entries().iter().map(|(_, entry)| entry.params.len()).sum();
    assert!(size <= LARGEST, "{size}");
    // What is missing is known.
    assert!(book.journal.entries()[0].1.obstacle().is_some_and(|obstacle| obstacle.contains("too many")));
}

#[test]
fn failed_writes_are_distinguished_from_successful_ones() {
    for result in [r#"{"qReturn":false}"#, r#"{"qSuccess":false}"#, r#"{"qResult":{"qApplySuccess":false}}"#] {
        assert!(is_refusal(result), "{result}");
    }
    for result in ["", "{}", r#"{"qReturn":true}"#, r#"{"qReturn":{"qHandle":2}}"#, r#"{"qReturn":0}"#] {
        assert!(!is_refusal(result), "{result}");
    }
}
