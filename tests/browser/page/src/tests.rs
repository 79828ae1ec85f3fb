//! The tests.

mod connecting;
mod data;
mod limits;
mod observing;
mod resuming;

use std::pin::Pin;

use qix_client::prelude::*;

use crate::engine::{Engine, Outcome};

/// A test with its name.
type Test = (&'static str, fn() -> Pin<Box<dyn Future<Output = Outcome>>>);

macro_rules! tests {
    ($($module:ident: $($name:ident),+;)+) => {
        pub(crate) const ALL: &[Test] = &[$($((stringify!($name), || Box::pin($module::$name()))),+),+];
    };
}

tests! {
    connecting: a_refused_connection_says_where_to_look, an_unanswered_connection_times_out, an_offline_browser_is_named,
        a_wrong_address_is_rejected, a_token_is_a_parameter_of_the_query, a_token_source_may_use_the_browser,
        a_ticket_is_used_once_and_the_cookie_after_it, a_ticket_source_replaces_a_lost_cookie,
        a_refused_session_has_a_reason, close_codes_arrive;
    data: rows_are_read, record_batches_are_read, layouts_follow_selections, values_are_selected_and_cleared, names_are_unique,
        long_texts_of_any_language_arrive, a_reload_shows_its_progress, a_script_error_has_its_line, a_thousand_calls_are_answered, a_worker_reads_rows,
        the_example_page_selects_by_clicking;
    limits: a_call_times_out, calls_time_out_in_the_order_of_their_limits, a_deadline_ends_the_session, deep_trees_are_refused_before_the_stack_ends,
        a_message_that_is_too_large_ends_the_connection, a_dropped_session_closes_its_connection, a_panic_is_reported,
        a_panic_closes_the_session;
    observing: traffic_is_recorded_in_memory, calls_are_traced, events_are_seen;
    resuming: a_suspended_session_is_resumed, a_lost_connection_is_restored,
        an_engine_is_killed_and_started_again, an_engine_that_stays_away_ends_the_session,
        a_hidden_page_waits_until_it_is_visible, an_offline_page_waits_until_it_is_online,
        slow_timers_are_not_taken_for_silence, a_silent_engine_is_noticed;
}

/// A session with a plain engine, and its app.
async fn opened() -> Result<(Engine, Session, Doc), Box<dyn std::error::Error>> {
    let engine = Engine::start("plain").await?;
    let session = Session::connect(engine.url()).await?;
    let doc = session.open_doc("sales").await?;
    Ok((engine, session, doc))
}

/// Sales by region.
fn cube() -> GenericObjectProperties {
    HyperCubeDef::default()
        .with_dimensions([NxDimension::field("Region")])
        .with_measures([NxMeasure::expression("Sum(Sales)")])
        .into()
}

async fn sleep(millis: u32) {
    gloo_timers::future::TimeoutFuture::new(millis).await;
}
