//! The app that is open in a session.

use qix_schema::global;
use qix_schema::rpc::Method;

use crate::protocol::request::{self, is};

/// The app, and how to open it again. A session has at most one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OpenedDoc {
    pub(crate) handle: i64,
    pub(crate) id: Option<String>,
    /// The parameters of `OpenDoc`; `None` for an app that exists only as long as its session.
    pub(crate) open: Option<String>,
    /// Whether this program has opened it. Others may have opened it without its data.
    pub(crate) by_program: bool,
}

impl OpenedDoc {
    /// An app in a response, and the call that was answered, if known.
    pub(crate) fn new(handle: i64, id: Option<&str>, origin: Option<(Method, &str)>) -> Self {
        let open = match (origin, id) {
            (Some((method, params)), _) if is::<global::OpenDoc>(method) => Some(params.to_owned()),
            (Some((method, _)), Some(id))
                if is::<global::GetActiveDoc>(method) || is::<global::CreateDocEx>(method) =>
            {
                Some(request::params(&global::OpenDoc::new(id)))
            }
            _ => None,
        };
        let by_program = origin.is_some_and(|(method, _)| !is::<global::GetActiveDoc>(method));
        Self { handle, id: id.map(str::to_owned), open, by_program }
    }

    /// Whether the ID is that of another app. The engine names a session app in several ways.
    pub(crate) fn is_another(&self, id: &str) -> bool {
        self.open.is_some() && self.id.as_ref().is_some_and(|known| !known.eq_ignore_ascii_case(id))
    }

    /// Merges with the app in a later response.
    pub(crate) fn or_again(self, again: Self) -> Self {
        let same = self.id == again.id;
        match self.open {
            // The way it was opened is known only from the first response.
            Some(open) if same => Self { open: Some(open), by_program: self.by_program || again.by_program, ..again },
            _ => again,
        }
    }
}

#[cfg(test)]
mod tests {
    use qix_schema::rpc::Request;

    use super::*;

    #[test]
    fn the_way_an_app_was_opened_is_remembered() {
        let params = r#"{"qDocName":"a","qNoData":true}"#;
        let opened = OpenedDoc::new(1, Some("a"), Some((global::OpenDoc::METHOD, params)));
        let found = OpenedDoc::new(2, Some("a"), Some((global::GetActiveDoc::METHOD, "{}")));
        assert_eq!(found.open.as_deref(), Some(r#"{"qDocName":"a"}"#));
        let both = opened.clone().or_again(found);
        assert_eq!((both.handle, &both.open, both.by_program), (2, &opened.open, true));
        assert!(both.is_another("b") && !both.is_another("A"));
        assert_eq!(OpenedDoc::new(1, Some("a"), Some((global::CreateSessionApp::METHOD, "{}"))).open, None);
    }
}
