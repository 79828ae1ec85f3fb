use qix_client::prelude::*;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let session = Session::connect("ws://localhost:4848/app/").await?;
    let global = session.global();
    let doc = global.open_doc("sales").await?;
    let field = doc.get_field("Year").state_name("$").await?;
    let result = field.select("2022").soft_lock(true).await?;
    println!("{result:?}");
    session.close().await;
    Ok(())
}
