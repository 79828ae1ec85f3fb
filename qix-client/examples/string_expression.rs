//! A title that the engine keeps up to date: a custom member whose value is an expression.
#![allow(clippy::print_stdout)]

use std::error::Error;

use qix_client::prelude::*;
use qix_test_engine::TestEngine;

const TITLE: &str = "'Sales of ' & Concat(DISTINCT Year, ', ') & ': ' & Sum(Sales)";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let engine = TestEngine::start().await?;
    let session = Session::connect(engine.url()).await?;
    let doc = session.open_doc("sales").await?;

    // In properties, it is `{"qStringExpression": {"qExpr": …}}`; in the layout, it is the text.
    let title = GenericObjectProperties::default().with_string_expression(StringExpression::default().with_expr(TITLE));
    let share = ValueExpression::default().with_expr("Sum(Sales) / Sum({1} Sales)");
    let mut headline = GenericObjectProperties::of_type("headline");
    headline.extra.set("title", &title)?;
    headline.extra.set("share", &GenericObjectProperties::default().with_value_expression(share))?;
    let headline = doc.create_session_object(headline).await?;

    print(&headline).await?;
    doc.get_field("Year").await?.select("2022").await?;
    print(&headline).await?;
    session.close().await;
    Ok(())
}

async fn print(headline: &GenericObject) -> Result<(), Box<dyn Error>> {
    let layout = headline.get_layout().await?;
    let title: String = layout.extra.get("title")?.ok_or("the layout has no title")?;
    let share: f64 = layout.extra.get("share")?.ok_or("the layout has no share")?;
    println!("{title} ({:.0} % of all)", share * 100.0);
    Ok(())
}
