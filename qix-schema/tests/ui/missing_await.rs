#![deny(unused_must_use)]
use qix_schema::*;

async fn call(doc: Doc) {
    doc.clear_all();
}

fn main() {
    let _ = call;
}
