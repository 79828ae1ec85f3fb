//! A failure that several callers get.

use qix_schema::{Error, ErrorKind};

use crate::config::StateLost;

/// The message of an error that cannot be copied.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Message(String);

/// An error with the same meaning: the same kind, message, and advice whether to retry.
pub(super) fn copy_of(error: &Error) -> Error {
    let message = || Box::new(Message(error.kind().to_string()));
    let kind = match error.kind() {
        ErrorKind::Engine(engine) => ErrorKind::Engine(engine.clone()),
        ErrorKind::NotFound => ErrorKind::NotFound,
        ErrorKind::NoResult => ErrorKind::NoResult,
        ErrorKind::Lost { reason } => ErrorKind::Lost { reason: reason.clone() },
        ErrorKind::WrongClass { expected, found } => ErrorKind::WrongClass { expected, found: found.clone() },
        ErrorKind::TimedOut(limit) => ErrorKind::TimedOut(*limit),
        ErrorKind::Closed { closed, pending, reconnecting } => {
            ErrorKind::Closed { closed: closed.clone(), pending: *pending, reconnecting: *reconnecting }
        }
        ErrorKind::Connect(_) => ErrorKind::Connect(message()),
        _ => match error.downcast_ref::<StateLost>() {
            Some(lost) => ErrorKind::Unusable(Box::new(lost.clone())),
            None => ErrorKind::Unusable(message()),
        },
    };
    let copy = Error::from(kind).with_retry(error.retry());
    match (error.method(), error.object()) {
        (Some(method), Some(object)) => copy.of_call(method, object),
        _ => copy,
    }
}

#[cfg(test)]
mod tests {
    use qix_schema::EngineError;
    use qix_schema::error_codes::GENERIC_ACCESS_DENIED;

    use super::*;
    use crate::connect::ConnectError;

    #[test]
    fn a_copy_says_the_same() {
        let connecting = Error::from(ConnectError::TimedOut(std::time::Duration::from_secs(1)));
        let engine = Error::from(ErrorKind::Engine(EngineError::new(GENERIC_ACCESS_DENIED, "", "denied")));
        let lost = Error::from(ErrorKind::Lost { reason: "it was deleted".to_owned() });
        for error in [connecting, engine, lost, ErrorKind::NoResult.into()] {
            let copy = copy_of(&copy_of(&error));
            assert_eq!((copy.to_string(), copy.retry()), (error.to_string(), error.retry()));
            assert_eq!(std::mem::discriminant(copy.kind()), std::mem::discriminant(error.kind()));
            assert_eq!(copy.engine(), error.engine());
        }
        let lost = Error::from(ErrorKind::Unusable(Box::new(StateLost::new(Vec::new()))));
        assert!(copy_of(&lost).downcast_ref::<StateLost>().is_some());
    }
}
