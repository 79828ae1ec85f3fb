//! The app that a session has open.

use qix_schema::global;
use qix_schema::rpc::Method;

use crate::protocol::request::{self, is};

/// The app, and how to open it again. A session has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OpenedDoc {
    pub(crate) handle: i64,
    pub(crate) id: Option<String>,
    /// The parameters of `OpenDoc`; none for an app that lives as long as its session.
    pub(crate) open: Option<String>,
}

impl OpenedDoc {
    /// An app that an answer names, and the call that it answers, if that is known.
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
        Self { handle, id: id.map(str::to_owned), open }
    }

    /// What is known of the app after an answer has named it again.
    pub(crate) fn or_again(self, again: Self) -> Self {
        let same = self.id == again.id;
        match self.open {
            // How it was opened tells more than that it was found open.
            Some(open) if same => Self { open: Some(open), ..again },
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
        assert_eq!((both.handle, both.open), (2, opened.open));
        assert_eq!(OpenedDoc::new(1, Some("a"), Some((global::CreateSessionApp::METHOD, "{}"))).open, None);
    }
}
