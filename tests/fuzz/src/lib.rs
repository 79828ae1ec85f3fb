//! Fuzzing: arbitrary bytes are passed to parsers of untrusted input, which must not panic, hang, or disagree with a
//! simpler parser.
//!
//! Each target is a function in the module `fuzz` of a crate, behind the feature `__fuzz` of that crate. It is called
//! by:
//!
//! * `cargo fuzz run --fuzz-dir tests/fuzz TARGET`, which searches for new inputs until it is stopped. On a stable
//!   toolchain, add `--sanitizer none`; there is no unsafe code that a sanitizer would check.
//! * [`replay`], which the tests of this package call with the committed corpus and a fixed number of mutated inputs.
//!
//! Minimize an input that made a target fail (`cargo fuzz tmin`), and add it to the corpus under a descriptive name.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

use fastrand::Rng;

/// Number of mutated inputs.
const CHANGED: usize = 2_000;

/// Fragments of valid input.
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

/// Passes all inputs of a target's corpus to its function, then a fixed number of mutated inputs, the same in every
/// run.
///
/// # Panics
///
/// Panics if the function panics, after printing the input, or if there is no corpus.
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
        attempt(run, &changed, &format!("{name}, mutation {round}"));
    }
}

/// The files of a corpus, sorted by name.
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

/// Mutates an input, or mixes it with another one.
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

/// Makes a function a target of `cargo fuzz`. In other builds, the program does nothing.
#[macro_export]
macro_rules! target {
    ($function:path) => {
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|input: &[u8]| $function(input));

        #[cfg(not(fuzzing))]
        fn main() {}
    };
}
