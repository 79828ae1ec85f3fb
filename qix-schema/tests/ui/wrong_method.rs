use qix_schema::*;

async fn call(doc: Doc, field: Field) -> Result<(), Error> {
    doc.get_fild("Year").await?;
    Ok(())
}

fn main() {
    let _ = call;
}
