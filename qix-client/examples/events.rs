//! Events of a session and an object: selections by others, notifications, a lost connection that is
//! reconnected, the end.
#![allow(clippy::print_stdout)]

use std::error::Error;

use futures_util::StreamExt;
use qix_client::{Backoff, Event, prelude::*};
use qix_test_engine::{Fault, TestEngine};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let engine = TestEngine::start().await?;
    let address = engine.url() + "/app/sales/ttl/60";
    let session = Session::builder().url(&address).reconnect(Backoff::default()).connect().await?;
    let mut events = session.events();
    println!("the session is {:?}", session.state());

    // A connection with the same user and URL is in the same session: one sees the selections of the other.
    let doc = session.open_doc("sales").await?;
    let colleague = Session::connect(&address).await?;
    println!("the second connection is {:?}", colleague.state());
    let regions = ListObjectDef::field("Region");
    let regions = GenericObjectProperties::of_type("filter").with_list_object_def(regions);
    let regions = doc.create_session_object(regions).await?;
    regions.get_layout().await?;
    let mut changes = regions.changes();
    colleague.open_doc("sales").await?.get_field("Region").await?.select("North").await?;
    changes.next().await.ok_or("the list is gone")?;
    let layout = regions.get_layout().await?;
    let selected = layout.list_object.map_or(0, |list| list.dimension_info.state_counts.selected);
    println!("the list has changed: {selected} value is selected");
    colleague.close().await;

    engine.notify("OnLicenseAccessDenied", &json!({ "severity": "notice", "message": "a license is about to expire" }));
    print_next(&mut events).await?;

    // The connection breaks; the session and its objects continue on another one.
    engine.fault(Fault::drop_socket());
    println!("after the break: {} values", doc.get_field("Region").await?.get_cardinal().await?);
    while !matches!(print_next(&mut events).await?, Event::Resumed(_)) {}

    session.close().await;
    print_next(&mut events).await?;
    Ok(())
}

async fn print_next(events: &mut (impl StreamExt<Item = Event> + Unpin)) -> Result<Event, Box<dyn Error>> {
    let event = events.next().await.ok_or("the session is over")?;
    match &event {
        Event::Notification(notification) => println!("{}: {:?}", notification.name, notification.kind),
        Event::Suspended(closed) => println!("suspended: {closed}"),
        Event::Resumed(report) => {
            println!("resumed: {} objects are back, {} are lost", report.objects.len(), report.lost().count());
        }
        Event::Closed(closed) => println!("closed: {closed}"),
        other => println!("{other:?}"),
    }
    Ok(event)
}
