use qix_schema::types::BNFType;

fn name(ty: BNFType) -> &'static str {
    match ty {
        BNFType::Script => "script",
        BNFType::Expression => "expression",
    }
}

fn main() {
    name(BNFType::Script);
}
