//! Shared by the examples: an engine with an app of orders, and a cube.

use std::error::Error;

use qix_client::prelude::*;
use qix_test_engine::{App, TestEngine};

/// Twenty thousand orders of three years.
const SCRIPT: &str = "SET DateFormat='YYYY-MM-DD';
    Orders:
    LOAD RecNo() as Order,
        Date(43831 + Mod(RecNo() * 7, 1096)) as Day,
        Pick(1 + Mod(RecNo(), 3), 'North', 'South', 'West') as Region,
        Mod(RecNo() * 37, 1000) / 4 as Sales
    AUTOGENERATE 20000;
    LOAD 20001 as Order, 'North' as Region AUTOGENERATE 1;";

/// The engine, the app and the cube. Dropping this stops the engine.
pub struct Orders {
    /// The app.
    pub doc: Doc,
    /// A cube of the orders: ID, day, region and sales.
    pub cube: GenericObject,
    _session: Session,
    _engine: TestEngine,
}

/// Starts an engine, opens the app and creates the cube.
///
/// # Errors
///
/// Returns the errors of the engine.
pub async fn orders() -> Result<Orders, Box<dyn Error>> {
    let engine = TestEngine::builder().with_app(App::new("orders").script(SCRIPT)).start().await?;
    let session = Session::connect(engine.url()).await?;
    let doc = session.open_doc("orders").await?;
    let cube = HyperCubeDef::default()
        .with_dimensions(["Order", "Day", "Region"].map(NxDimension::field))
        .with_measures([NxMeasure::expression("Sum(Sales)").with_label("Sales")]);
    let cube = doc.create_session_object(GenericObjectProperties::of_type("table").with_hyper_cube_def(cube)).await?;
    Ok(Orders { doc, cube, _session: session, _engine: engine })
}
