//! Fuzzing: bytes of any kind go into what reads other people's text, and nothing may panic, hang or disagree with a
//! simpler reader of the same.
//!
//! Each target is a function in the module `fuzz` of a crate, behind that crate's feature `__fuzz`. It has two users:
//!
//! * `cargo fuzz run --fuzz-dir tests/fuzz TARGET`, which looks for new inputs as long as one lets it. On a stable
//!   toolchain add `--sanitizer none`; there is no unsafe code whose memory a sanitizer would watch.
//! * [`replay`], which the tests of this package call: all inputs of the committed corpus, then a fixed number of changed ones.
//!
//! An input that made a target fail is minimised (`cargo fuzz tmin`) and put into the corpus under a name that says what
//! it was.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

use fastrand::Rng;

/// Inputs that are tried besides those of the corpus.
const CHANGED: usize = 2_000;

/// Pieces of the texts that are read.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\n",
    "/",
    "-",
    "0",
    "-1",
    "1e400",
    "1.5",
    "null",
    "true",
    "false",
    "{}",
    "[]",
    "\"\"",
    "\"NaN\"",
    "\\u0000",
    "\\ud800",
    "é",
    "\u{0}",
    "\"id\":1,",
    "\"result\":",
    "\"change\":[2],",
    "\"q",
];

/// Hands all inputs of a target's corpus to its function, then a fixed number of changed ones, the same in every run.
///
/// # Panics
///
/// If the function does, after printing the input; or if there is no corpus.
pub fn replay(target: &str, run: fn(&[u8])) {
    let corpus = corpus(target);
    for (name, input) in &corpus {
        attempt(run, input, name);
    }
    let mut numbers = Rng::with_seed(target.bytes().fold(0, |seed, byte| u64::rotate_left(seed, 8) ^ u64::from(byte)));
    for round in 0..CHANGED {
        let (name, input) = &corpus[numbers.usize(..corpus.len())];
        let (_, other) = &corpus[numbers.usize(..corpus.len())];
        let mut changed = input.clone();
        for _ in 0..=numbers.usize(..4) {
            change(&mut changed, other, &mut numbers);
        }
        attempt(run, &changed, &format!("{name}, changed for the {round}. time"));
    }
}

/// The files of a corpus, in the order of their names.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut inputs: Vec<_> = files
        .map(|file| {
            let file = file.expect("the folder can be read");
            let input = std::fs::read(file.path()).expect("the file can be read");
            (file.file_name().to_string_lossy().into_owned(), input)
        })
        .collect();
    inputs.sort();
    assert!(!inputs.is_empty(), "{} is empty", folder.display());
    inputs
}

#[allow(clippy::print_stderr)]
fn attempt(run: fn(&[u8]), input: &[u8], name: &str) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| run(input))) {
        eprintln!("the input ({name}) was b\"{}\"", input.escape_ascii());
        resume_unwind(panic);
    }
}

/// Changes an input a little, or mixes it with another one.
fn change(input: &mut Vec<u8>, other: &[u8], numbers: &mut Rng) {
    let at = numbers.usize(..=input.len());
    let end = input.len().min(at + numbers.usize(..24));
    match numbers.usize(..6) {
        0 => input.truncate(at),
        1 => drop(input.drain(at..end)),
        2 => {
            let part = input[at..end].to_vec();
            input.splice(at..at, part);
        }
        3 => {
            let piece = PIECES[numbers.usize(..PIECES.len())];
            input.splice(at..end, piece.bytes());
        }
        4 => {
            let from = numbers.usize(..=other.len());
            let to = other.len().min(from + numbers.usize(..64));
            input.splice(at..end, other[from..to].iter().copied());
        }
        _ => input.get_mut(at).into_iter().for_each(|byte| *byte ^= 1 << numbers.usize(..8)),
    }
}

/// Makes a function a target of `cargo fuzz`; compiled in any other way, the program does nothing.
#[macro_export]
macro_rules! target {
    ($function:path) => {
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|input: &[u8]| $function(input));

        #[cfg(not(fuzzing))]
        fn main() {}
    };
}
