use qix_schema::*;

async fn call(doc: Doc, field: Field) -> Result<(), Error> {
    doc.get_field().await?;
    Ok(())
}

fn main() {
    let _ = call;
}
