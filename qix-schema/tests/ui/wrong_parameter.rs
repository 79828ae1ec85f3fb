use qix_schema::*;

async fn call(doc: Doc, field: Field) -> Result<(), Error> {
    doc.get_field("Year").state_nam("$").await?;
    Ok(())
}

fn main() {
    let _ = call;
}
