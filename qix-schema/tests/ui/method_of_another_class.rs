use qix_schema::*;

async fn call(doc: Doc, field: Field) -> Result<(), Error> {
    doc.select("2020").await?;
    Ok(())
}

fn main() {
    let _ = call;
}
