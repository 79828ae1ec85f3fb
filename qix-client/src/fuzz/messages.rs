use crate::protocol::envelope::{self, full};
use crate::protocol::notification::Notification;
use crate::protocol::{Body, Envelope};

/// The envelope read from both ends of a message equals that of a complete parser.
pub fn messages(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let read = Envelope::read(text);
    let Ok(whole) = full::parse(text) else {
        // The decoder of a result finds faults in it.
        assert!(read.is_err() || matches!(read, Ok(Envelope { body: Body::Result(_), .. })), "{read:?}");
        return;
    };
    let read = read.expect("what is JSON is read");
    if let Body::Notification { method, params } = &read.body {
        let notification = Notification::new(method.clone(), params.clone().map(|range| &text[range]));
        notification.session_state();
    }
    match &read.body {
        // An unknown object follows the result; the decoder reads the message again.
        Body::Result(range) if serde_json::from_str::<serde::de::IgnoredAny>(&text[range.clone()]).is_err() => {
            match &whole.body {
                Body::Result(found) => assert_eq!(envelope::result_of(text).as_ref(), Some(found)),
                // An error takes precedence over a result.
                body => assert!(matches!(body, Body::Error(_))),
            }
            assert_eq!(Envelope { body: Body::Nothing, ..read }, Envelope { body: Body::Nothing, ..whole });
        }
        _ => assert_eq!(read, whole),
    }
}
