use qix_schema::types::NxPage;

fn main() {
    // A newer schema may add a member, which would break struct literals.
    let _ = NxPage { left: 0, top: 0, width: 1, height: 1 };
}
