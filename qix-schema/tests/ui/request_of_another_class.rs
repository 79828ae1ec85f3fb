use qix_schema::*;

async fn call(doc: Doc, field: Field) -> Result<(), Error> {
    doc.call(field::Select::new("2020")).await?;
    Ok(())
}

fn main() {
    let _ = call;
}
