//! Custom methods for the engine's classes, as an extension trait.
#![allow(clippy::print_stdout)]

use qix_client::{Error, prelude::*};
use qix_test_engine::TestEngine;

/// Methods for charts. `GenericObjectApi` is implemented by everything that has the methods of a generic object, so
/// this works with the handles of a session and with test doubles.
trait Chart: GenericObjectApi + Sync {
    /// The displayed title.
    async fn title(&self) -> Result<String, Error> {
        Ok(self.get_layout().await?.extra.get("title").ok().flatten().unwrap_or_default())
    }

    /// Changes the title for this session only.
    async fn retitle(&self, title: &str) -> Result<(), Error> {
        let value = format!("{title:?}");
        let patch = NxPatch::default().with_op(NxPatchOperationType::Add).with_path("/title").with_value(value);
        self.apply_patches(vec![patch]).soft_patch(true).await
    }

    /// The bars of the chart: the values, and their lengths.
    async fn bars(&self) -> Result<Vec<(String, f64)>, Error> {
        let pages = self.get_hyper_cube_data("/qHyperCubeDef", vec![NxPage::of_size(2, 1000)]).await?;
        let rows = pages.into_iter().flat_map(|page| page.matrix);
        Ok(rows.filter_map(|row| Some((row.first()?.text.clone(), row.get(1)?.num))).collect())
    }
}

impl<T: GenericObjectApi + Sync> Chart for T {}

/// Methods for apps.
trait Charts: DocApi + Sync {
    /// Creates a bar chart of an expression by a field.
    async fn bar_chart(&self, field: &str, expression: &str) -> Result<GenericObject, Error> {
        let cube = HyperCubeDef::default()
            .with_dimensions([NxDimension::field(field)])
            .with_measures([NxMeasure::expression(expression)]);
        let mut properties = GenericObjectProperties::of_type("barchart").with_hyper_cube_def(cube);
        // A title is a custom member. A string can always be encoded.
        properties.extra.set("title", &format!("{expression} by {field}")).expect("a string is valid JSON");
        self.create_session_object(properties).await
    }
}

impl<T: DocApi + Sync> Charts for T {}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = TestEngine::start().await?;
    let session = Session::connect(engine.url()).await?;
    let doc = session.open_doc("sales").await?;

    let chart = doc.bar_chart("Region", "Sum(Sales)").await?;
    print(&chart).await?;
    chart.retitle("Where it is sold").await?;
    doc.get_field("Year").await?.select("2022").await?;
    print(&chart).await?;
    session.close().await;
    Ok(())
}

async fn print(chart: &impl Chart) -> Result<(), Error> {
    println!("{}", chart.title().await?);
    let bars = chart.bars().await?;
    let longest = bars.iter().map(|bar| bar.1).fold(0.0, f64::max);
    for (name, length) in bars {
        println!("  {name:<8}{:<31}{length}", "#".repeat((length / longest * 30.0).round() as usize));
    }
    Ok(())
}
