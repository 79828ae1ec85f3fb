//! Filters.

use crate::{Kind, Log, Message, Outcome};

/// A filter. All conditions must be met.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Requests and responses with this ID.
    pub id: Option<i64>,
    /// Calls on this handle.
    pub handle: Option<i64>,
    /// Part of the method name; not case-sensitive.
    pub method: Option<String>,
    /// Only messages that contain [`Options::text`](crate::Options::text).
    pub text: bool,
    /// Only calls that did not succeed.
    pub errors: bool,
}

/// A list entry: a call, or a message that is not part of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Index in [`Log::calls`].
    Call(usize),
    /// Index in [`Log::messages`].
    Message(usize),
}

impl Filter {
    /// The matching entries, in log order.
    pub fn entries<'a>(&'a self, log: &'a Log) -> impl Iterator<Item = Entry> + 'a {
        let method = self.method.as_ref().map(|method| method.to_lowercase());
        let entries = log.messages.iter().enumerate().filter_map(|(index, message)| match message.kind {
            Kind::Request { call } => Some(Entry::Call(call)),
            Kind::Reply { call: Some(_), .. } => None,
            _ => Some(Entry::Message(index)),
        });
        entries.filter(move |entry| self.meets(log, *entry, method.as_deref()))
    }

    fn meets(&self, log: &Log, entry: Entry, method: Option<&str>) -> bool {
        let (messages, id, handle, name, error): ([Option<&Message>; 2], _, _, _, _) = match entry {
            Entry::Call(index) => {
                let call = &log.calls[index];
                let messages = [Some(&log.messages[call.request]), call.reply.map(|reply| &log.messages[reply])];
                let wrong = call.outcome.is_error() || call.outcome == Outcome::Unanswered;
                (messages, Some(call.id), call.handle, Some(&call.method), wrong)
            }
            Entry::Message(index) => {
                let message = &log.messages[index];
                match &message.kind {
                    Kind::Notification { method } => ([Some(message), None], None, None, Some(method), false),
                    Kind::Reply { id, .. } => ([Some(message), None], Some(*id), None, None, true),
                    _ => ([Some(message), None], None, None, None, false),
                }
            }
        };
        self.id.is_none_or(|wanted| id == Some(wanted))
            && self.handle.is_none_or(|wanted| handle == Some(wanted))
            && method.is_none_or(|wanted| name.is_some_and(|name| name.to_lowercase().contains(wanted)))
            && (!self.text || messages.into_iter().flatten().any(|message| message.found))
            && (!self.errors || error)
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Filter};
    use crate::{Log, Options};

    const LOG: &str = r#"{"dir": "<", "msg": {"method": "OnConnected"}}
        {"dir": ">", "msg": {"id": 1, "handle": -1, "method": "OpenDoc", "params": ["sales"]}}
        {"dir": "<", "msg": {"id": 1, "result": {"qReturn": {"qType": "Doc", "qHandle": 1}}}}
        {"dir": ">", "msg": {"id": 2, "handle": 1, "method": "GetObject", "params": ["a"]}}
        {"dir": "<", "msg": {"id": 2, "error": {"code": 2, "message": "Nothing of that NAME"}}}
        {"dir": "<", "msg": {"id": 9, "result": {}}}
        {"dir": ">", "msg": {"id": 3, "handle": 1, "method": "GetAppLayout", "params": []}}"#;

    fn entries(filter: &Filter, text: Option<&str>) -> Vec<Entry> {
        let log = Log::read(LOG.as_bytes(), &Options { text: text.map(Into::into), ..Options::default() }).unwrap();
        filter.entries(&log).collect()
    }

    #[test]
    fn every_condition_narrows_the_list() {
        use Entry::{Call, Message};
        let all = Filter::default();
        assert_eq!(entries(&all, None), [Message(0), Call(0), Call(1), Message(5), Call(2)]);
        assert_eq!(entries(&Filter { id: Some(2), ..all.clone() }, None), [Call(1)]);
        assert_eq!(entries(&Filter { id: Some(9), ..all.clone() }, None), [Message(5)]);
        assert_eq!(entries(&Filter { handle: Some(1), ..all.clone() }, None), [Call(1), Call(2)]);
        assert_eq!(entries(&Filter { method: Some("getA".into()), ..all.clone() }, None), [Call(2)]);
        assert_eq!(entries(&Filter { text: true, ..all.clone() }, Some("that name")), [Call(1)]);
        assert_eq!(entries(&Filter { errors: true, ..all.clone() }, None), [Call(1), Message(5), Call(2)]);
        let both = Filter { errors: true, method: Some("object".into()), ..all };
        assert_eq!(entries(&both, None), [Call(1)]);
    }
}
