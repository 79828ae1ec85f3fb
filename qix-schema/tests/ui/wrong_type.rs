use qix_schema::*;

async fn call(doc: Doc, field: Field) -> Result<(), Error> {
    field.low_level_select(vec!["one"], true).await?;
    Ok(())
}

fn main() {
    let _ = call;
}
