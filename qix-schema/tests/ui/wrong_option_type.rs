use qix_schema::*;

async fn call(doc: Doc, field: Field) -> Result<(), Error> {
    field.select("2020").soft_lock("yes").await?;
    Ok(())
}

fn main() {
    let _ = call;
}
