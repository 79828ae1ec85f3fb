//! Entry points for fuzzing; see `tests/fuzz`.

use crate::companion::Companion;
use crate::diff::{self, Input};
use crate::{Place, Texts, generate, openrpc, snapshot};

/// Any text must be a schema or return faults. A schema must generate code or faults, and survive its snapshot.
pub fn schemas(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if let Ok((input, _)) = Input::read(text) {
        let same = diff::compare(&input, &input, &Companion::default());
        assert!(!same.breaks(), "{}", same.to_text(None));
    }
    let published = match openrpc::read(text) {
        Ok(published) => published,
        Err(faults) => {
            assert!(!faults.0.is_empty());
            return;
        }
    };
    let facts = snapshot::write(&published.model).expect("facts are JSON");
    let again = snapshot::read(&facts).expect("what is written can be read");
    assert_eq!(snapshot::write(&again).expect("facts are JSON"), facts);
    let texts = Texts { own: &Default::default(), published: &published.prose };
    if let Err(faults) = generate(published.model, &Companion::default(), texts, Place::Crate) {
        assert!(!faults.0.is_empty());
    }
}
