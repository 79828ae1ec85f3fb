//! Every log of the corpus is read without faults.
//!
//! The corpus is not part of the project. Run `cargo test -p qix-traffic --test corpus -- --ignored` if the folder
//! `../shared/corpus` exists next to the checkout.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use qix_traffic::{Log, Options, terminal};

#[test]
#[ignore = "needs ../shared/corpus"]
fn recorded_traffic() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/traffic");
    let mut logs = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let log = Log::read(BufReader::new(File::open(&path).unwrap()), &Options::default()).unwrap();
        assert_eq!(log.faults, [], "{}", path.display());
        assert!(!log.messages.is_empty() && !terminal::overview(&log, 0).is_empty(), "{}", path.display());
        logs += 1;
    }
    assert!(logs > 0);
}
