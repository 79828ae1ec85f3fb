//! Every fault of the test engine at every step of a program, and with many pending calls.

use std::time::Duration;

use futures_util::StreamExt;
use qix_client::{Backoff, ConnectError, Error, ErrorKind, notification::SessionState, prelude::*};
use qix_test_engine::{Fault, TestEngine};
use serde_json::json;
use tokio::task::JoinSet;

use super::{bounded, total};

/// The number of requests of [`program`].
const STEPS: usize = 7;

/// The number of calls of [`crowd`].
const CROWD: usize = 100;

/// The errors that a fault may cause.
type Harm = fn(&Error) -> bool;

fn none(_: &Error) -> bool {
    false
}

fn refused(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Engine(error) if error.code.0 == 6 && error.to_string().contains("denied"))
}

/// A write is not retried.
fn aborted(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Engine(error) if error.code.0 == 15)
}

fn lost(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Closed { .. }) && error.to_string().contains("no connection")
}

fn busy(error: &Error) -> bool {
    lost(error) && error.to_string().contains("4205")
}

fn empty(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NoResult)
}

fn misshapen(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Decode(_))
        && error.to_string().contains("cannot decode the response at `qReturn`")
}

fn silent(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::TimedOut(_))
}

/// Faults that affect one message, and the errors that the caller may get.
fn faults() -> [(Fault, Harm); 13] {
    [
        (Fault::delay(Duration::from_millis(1)).times(1), none),
        (Fault::slow(Duration::from_millis(1)).times(1), none),
        (Fault::error(15, "aborted").times(1), aborted),
        (Fault::error(6, "denied").times(1), refused),
        (Fault::reorder(1), none),
        (Fault::drop_socket(), lost),
        (Fault::close(4205, "busy"), busy),
        (Fault::garbage().times(1), none),
        (Fault::send_before(r#"{"jsonrpc":"2.0","id":99999,"result":{}}"#).times(1), none),
        (Fault::answer_twice().times(1), none),
        (Fault::set("/unknown", json!({ "deep": [1] })).times(1), none),
        (Fault::set("/qReturn/unknown", json!(1)).times(1), misshapen),
        (Fault::empty_answer().times(1), empty),
    ]
}

/// Reads, writes, and temporary objects.
async fn program(session: &Session) -> Result<(), Error> {
    let doc = session.open_doc("sales").await?;
    let year = doc.get_field("Year").await?;
    let object = doc.create_session_object(total()).await?;
    object.get_layout().await?;
    year.select("2022").await?;
    object.get_layout().await?;
    doc.clear_all().await
}

/// Runs the program with the fault at each of its steps.
async fn strike_every_step(fault: &Fault, harm: Harm, timeout: Option<Duration>) {
    for step in 0..STEPS {
        let place = format!("{fault:?} after {step}");
        let engine = TestEngine::start().await.unwrap();
        let builder = Session::builder().url(engine.url());
        let builder = timeout.into_iter().fold(builder, |builder, timeout| builder.timeout(timeout));
        let session = builder.connect().await.unwrap();
        let open = session.open_handles();
        engine.fault(fault.clone().after(step));
        if let Err(error) = program(&session).await {
            assert!(harm(&error), "{place}: {error}");
        }
        assert_eq!(session.calls_in_flight(), 0, "{place}");
        // The loss of the connection also removes handles from before.
        assert!(session.open_handles() <= open, "{place}");
        session.close().await;
    }
}

#[tokio::test]
async fn a_program_ends_whatever_happens_at_any_step() {
    bounded(async {
        for (fault, harm) in faults() {
            strike_every_step(&fault, harm, None).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_program_ends_if_an_answer_never_comes() {
    bounded(strike_every_step(&Fault::never_answer().times(1), silent, Some(Duration::from_millis(50)))).await;
}

/// Makes many calls at once and checks their results. Returns the errors.
async fn crowd(doc: &Doc) -> Vec<Error> {
    let mut callers = JoinSet::new();
    for n in 0..CROWD {
        let doc = doc.clone();
        callers.spawn(async move { doc.evaluate(&format!("{n} * 3")).await.map(|value| (n, value)) });
    }
    let (mut errors, mut answered) = (Vec::new(), 0);
    for outcome in callers.join_all().await {
        match outcome {
            Ok((n, value)) => {
                assert_eq!(value, (n * 3).to_string());
                answered += 1;
            }
            Err(error) => errors.push(error),
        }
    }
    assert_eq!(answered + errors.len(), CROWD);
    errors
}

#[tokio::test]
async fn a_crowd_of_calls_ends_whatever_happens() {
    bounded(async {
        let mut struck = 0;
        for (fault, harm) in faults() {
            for after in [0, CROWD / 2, CROWD - 1] {
                let place = format!("{fault:?} after {after}");
                let engine = TestEngine::start().await.unwrap();
                let session = Session::connect(engine.url()).await.unwrap();
                let doc = session.open_doc("sales").await.unwrap();
                let open = session.open_handles();
                engine.fault(fault.clone().on("Evaluate").after(after));
                let errors = crowd(&doc).await;
                struck += usize::from(!errors.is_empty());
                for error in errors {
                    assert!(harm(&error), "{place}: {error}");
                }
                assert_eq!(session.calls_in_flight(), 0, "{place}");
                match session.engine_version().await {
                    Ok(_) => assert_eq!(session.open_handles(), open, "{place}"),
                    Err(error) => assert!(harm(&error), "{place}: {error}"),
                }
            }
        }
        // The other faults lead to retries, or do not affect reads.
        assert_eq!(struck, 5 * 3, "five faults reach a caller, at every position");
    })
    .await;
}

#[tokio::test]
async fn a_crowd_of_reads_survives_every_end_of_a_connection() {
    bounded(async {
        let ends = [Fault::drop_socket(), Fault::close(4003, ""), Fault::close(4205, "busy")];
        for end in ends {
            for after in [0, CROWD / 2, CROWD - 1] {
                let place = format!("{end:?} after {after}");
                let engine = TestEngine::start().await.unwrap();
                let backoff = Backoff::default().initial_delay(Duration::from_millis(1));
                let session = Session::builder().url(engine.url()).reconnect(backoff).connect().await.unwrap();
                let doc = session.open_doc("sales").await.unwrap();
                let object = doc.create_session_object(total()).await.unwrap();
                let open = session.open_handles();
                engine.fault(end.clone().on("Evaluate").after(after));
                let errors = crowd(&doc).await;
                assert!(errors.is_empty(), "{place}: {}", errors[0]);
                object.get_layout().await.unwrap();
                assert_eq!((session.calls_in_flight(), session.open_handles()), (0, open), "{place}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn calls_that_are_never_answered_end_with_the_session() {
    bounded(async {
        let engine = TestEngine::start().await.unwrap();
        let session = Session::connect(engine.url()).await.unwrap();
        let doc = session.open_doc("sales").await.unwrap();
        engine.fault(Fault::never_answer().on("Evaluate"));
        let (errors, ()) = tokio::join!(crowd(&doc), async {
            while session.calls_in_flight() < CROWD {
                tokio::task::yield_now().await;
            }
            engine.close_sockets(4205, "busy");
        });
        assert_eq!(errors.len(), CROWD);
        assert!(errors.iter().all(busy), "{:?}", errors[0]);
        assert_eq!((session.calls_in_flight(), session.open_handles()), (0, 0));
    })
    .await;
}

/// Faults of a connection before its first response.
fn upgrade_faults() -> [Fault; 6] {
    [
        Fault::refuse(503).times(1),
        Fault::session_state("SESSION_ERROR_LICENSE_RENEW").times(1),
        Fault::no_on_connected().times(1),
        Fault::late_on_connected(Duration::from_millis(1)).times(1),
        Fault::before_on_connected(r#"{"jsonrpc":"2.0","method":"OnNoEngineAvailable"}"#).times(1),
        Fault::repeat_notifications(),
    ]
}

#[tokio::test]
async fn resuming_ends_despite_a_fault_at_any_step() {
    // The app, then its objects; one more shows that a fault that is never triggered has no effect.
    const STEPS: usize = 5;
    bounded(async {
        let answers = faults().map(|(fault, _)| fault).into_iter().chain([Fault::never_answer().times(1)]);
        let answers = answers.flat_map(|fault| (0..STEPS).map(move |step| fault.clone().after(step)));
        for fault in answers.chain(upgrade_faults()) {
            let place = format!("{fault:?}");
            let engine = TestEngine::start().await.unwrap();
            let builder = Session::builder().url(engine.url()).greeting_timeout(Duration::from_millis(50));
            let session = builder.timeout(Duration::from_millis(800)).connect().await.unwrap();
            let doc = session.open_doc("sales").await.unwrap();
            let year = doc.get_field("Year").await.unwrap();
            let object = doc.create_session_object(total()).await.unwrap();
            let held = session.open_handles();
            session.suspend().await;
            engine.fault(fault);
            let lost = match session.resume().await {
                Ok(resumption) => resumption.lost().count(),
                Err(_) => {
                    engine.clear_faults();
                    session.resume().await.unwrap_or_else(|error| panic!("{place}: {error}")).lost().count()
                }
            };
            engine.clear_faults();
            assert_eq!(session.open_handles() + lost, held, "{place}");
            for outcome in [year.get_cardinal().await.map(drop), object.get_layout().await.map(drop)] {
                if let Err(error) = outcome {
                    assert!(lost > 0 && matches!(error.kind(), ErrorKind::Lost { .. }), "{place}: {error}");
                }
            }
            assert_eq!(session.calls_in_flight(), 0, "{place}");
            session.close().await;
            assert_eq!(session.open_handles(), 0, "{place}");
        }
    })
    .await;
}

#[tokio::test]
async fn closing_ends_despite_faults_in_pending_calls() {
    bounded(async {
        for (fault, harm) in faults().into_iter().chain([(Fault::never_answer().times(1), none as Harm)]) {
            let place = format!("{fault:?}");
            let engine = TestEngine::start().await.unwrap();
            let builder = Session::builder().url(engine.url()).close_timeout(Duration::from_millis(50));
            let session = builder.connect().await.unwrap();
            let doc = session.open_doc("sales").await.unwrap();
            engine.fault(fault);
            let (answered, cleared, ()) = tokio::join!(
                doc.evaluate("1 + 1").into_future(),
                doc.clear_all().into_future(),
                // The calls have started.
                session.close(),
            );
            for error in [answered.map(drop), cleared].into_iter().filter_map(Result::err) {
                assert!(harm(&error) || error.closed().is_some(), "{place}: {error}");
            }
            assert_eq!((session.calls_in_flight(), session.open_handles()), (0, 0), "{place}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_push_reaches_its_stream_despite_faults() {
    bounded(async {
        let around = [
            Fault::repeat_notifications(),
            Fault::garbage(),
            Fault::answer_twice(),
            Fault::send_before(r#"{"jsonrpc":"2.0","change":[1,1,999],"close":[999],"suspend":[2]}"#),
            Fault::set("/unknown", json!({ "deep": [1] })),
            Fault::reorder(1),
        ];
        for fault in around {
            let place = format!("{fault:?}");
            let engine = TestEngine::start().await.unwrap();
            // Two connections share a session: what one selects is pushed to the other.
            let (one, two) =
                (Session::connect(engine.url()).await.unwrap(), Session::connect(engine.url()).await.unwrap());
            let year = one.open_doc("sales").await.unwrap().get_field("Year").await.unwrap();
            let doc = two.open_doc("sales").await.unwrap();
            let object = doc.create_session_object(total()).await.unwrap();
            let mut layouts = object.layouts();
            layouts.next().await.unwrap().unwrap();
            engine.fault(fault);
            for (text, expected) in [("2022", 550.0), ("2023", 575.0)] {
                assert!(year.select(text).await.unwrap(), "{place}");
                // After several pushes in a row, the stream may return an intermediate state.
                loop {
                    let layout = layouts.next().await.unwrap().unwrap();
                    let found = layout.hyper_cube.unwrap().data_pages[0].matrix[0][0].num;
                    if found == expected {
                        break;
                    }
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn connecting_ends_despite_any_fault() {
    bounded(async {
        let connect = async |fault: Fault| {
            let engine = TestEngine::builder().fault(fault).start().await.unwrap();
            let greeting = Duration::from_millis(50);
            let session = Session::builder().url(engine.url()).greeting_timeout(greeting).connect().await?;
            session.engine_version().await.unwrap();
            Ok::<_, ConnectError>(session.state())
        };
        assert!(matches!(connect(Fault::refuse(503)).await, Err(ConnectError::HttpStatus { status: 503, .. })));
        let refusal = connect(Fault::session_state("SESSION_ERROR_NO_LICENSE")).await;
        assert!(matches!(refusal, Err(ConnectError::Session(_))), "{refusal:?}");
        assert_eq!(connect(Fault::no_on_connected()).await.unwrap(), SessionState::Unknown);
        connect(Fault::late_on_connected(Duration::from_millis(1))).await.unwrap();
        let early = r#"{"jsonrpc":"2.0","method":"OnAuthenticationInformation","params":{"mustAuthenticate":false}}"#;
        connect(Fault::before_on_connected(early)).await.unwrap();
        connect(Fault::repeat_notifications()).await.unwrap();
    })
    .await;
}
