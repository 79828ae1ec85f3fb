//! The calls that have set state in the session, so that they can be repeated in a new one.
//!
//! These calls are kept in the order in which the engine executes them, which is that of their IDs.
//! A call that makes earlier ones irrelevant replaces them, but only if that is certain: a selection can clear
//! selections in other fields, so the last call of each field is not enough.

use qix_schema::rpc::Method;

use crate::config::LostState;
use crate::protocol::document::Document;
use crate::protocol::parts::{Parts, items, quoted};
use crate::protocol::patch::Patch;

mod log;
mod mark;
mod methods;

use log::Log;
pub(crate) use mark::Mark;
pub(crate) use methods::Sets;

/// Maximum number of calls.
const MOST: usize = 1000;

/// Maximum size of their parameters in bytes: a selection can have tens of thousands of values.
const LARGEST: usize = 64 << 20;

/// After all calls so far.
const NOW: i64 = i64::MAX;

/// The name of the default state.
const DEFAULT_STATE: &str = "$";

#[derive(Debug, Default)]
pub(crate) struct Journal {
    log: Log,
    /// Whether the session existed before the program connected, and may have had other state.
    inherited: bool,
    /// Whether a new session is still missing state.
    unsettled: bool,
    /// The bookmarks whose selections have changed since the app was saved.
    replaced: Vec<String>,
    /// Whether the app ends with the session.
    has_session_app: bool,
    mark: Mark,
}

/// A call that sets state.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) method: Method,
    pub(crate) params: String,
    pub(crate) target: CalledObject,
    sets: Sets,
    said: Said,
    progress: EntryState,
    /// The ID of the variable that it created.
    made: Option<String>,
}

/// The target object of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CalledObject {
    /// The ID, or the name of the field.
    pub(crate) name: String,
    /// The state in which the object makes selections, if known.
    pub(crate) state: Option<String>,
    /// The call of the document that finds the object, unless it is the document itself.
    pub(crate) found_by: Option<(Method, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EntryState {
    Sent,
    Done,
    /// It was sent, and the response is unknown.
    Unknown,
    /// Too many calls to keep all of them.
    Dropped,
    /// It applied a bookmark that has other selections now.
    Outdated,
}

/// Parameters of all methods that are relevant here.
#[derive(Clone, Debug, Default)]
struct Said {
    state: String,
    source: String,
    locked_also: bool,
    toggle: bool,
    soft: bool,
    /// The paths of patches.
    patches: Vec<String>,
    accept: bool,
    id: String,
    name: String,
}

impl Said {
    fn of(params: &str) -> Self {
        let parts = Parts::of(params).unwrap_or_default();
        let patches = parts.get("qPatches").and_then(items).unwrap_or_default();
        let path = |patch| Parts::of(patch).unwrap_or_default().string("qPath");
        Self {
            state: parts.string("qStateName"),
            source: parts.string("qSourceStateName"),
            locked_also: parts.is_true("qLockedAlso"),
            toggle: parts.is_true("qToggleMode"),
            soft: parts.is_true("qSoftPatch"),
            patches: patches.into_iter().map(path).collect(),
            accept: parts.is_true("qAccept"),
            id: parts.string("qId"),
            name: parts.string("qName"),
        }
    }
}

/// Whether a result shows that the engine did nothing.
pub(crate) fn is_refusal(result: &str) -> bool {
    let parts = Parts::of(result).unwrap_or_default();
    let applied = parts.get("qResult").and_then(Parts::of).unwrap_or_default();
    parts.is_false("qReturn") || parts.is_false("qSuccess") || applied.is_false("qApplySuccess")
}

impl Entry {
    pub(crate) fn new(method: Method, sets: Sets, params: &str, target: CalledObject) -> Self {
        let said = Said::of(params);
        Self { method, params: params.to_owned(), target, sets, said, progress: EntryState::Sent, made: None }
    }

    /// Why the call cannot be repeated, if so.
    pub(crate) fn obstacle(&self) -> Option<&'static str> {
        match (self.progress, self.sets) {
            (EntryState::Unknown, _) => Some("it ended without a response, so it may or may not have been executed"),
            (EntryState::Dropped, _) => Some("there were too many such calls to remember all of them"),
            (EntryState::Outdated, _) => Some("the bookmark may have other selections now"),
            (_, Sets::ByNumber) => Some("it selects by numbers or positions, which may refer to other values now"),
            (_, Sets::FromHistory) => Some("it depends on earlier selections"),
            (_, Sets::Data) => Some("the app was not saved afterwards"),
            _ => None,
        }
    }

    /// Whether an error of the engine means that the state exists already.
    pub(crate) fn makes_state(&self) -> bool {
        self.sets == Sets::NewState
    }

    /// Whether it patches the view of an object, which then differs from before.
    pub(crate) fn patches(&self) -> Option<&str> {
        (self.sets == Sets::Patches).then_some(&*self.target.name)
    }

    pub(crate) fn lost(&self, reason: impl Into<String>) -> LostState {
        let CalledObject { name, state, .. } = &self.target;
        let mut what = self.method.to_string();
        if !name.is_empty() {
            what += &format!(" of `{name}`");
        }
        if let Some(state) = state.as_deref().filter(|state| *state != DEFAULT_STATE) {
            what += &format!(" in the state `{state}`");
        }
        LostState { what, reason: reason.into() }
    }

    /// The parameters for repeating the call: a variable must get its ID back.
    pub(crate) fn again(&self) -> String {
        let Some(id) = &self.made else { return self.params.clone() };
        let mut params = Document::text(&self.params);
        let id = quoted(id);
        let patch = Patch { op: "add".into(), path: "/qProp/qInfo/qId".into(), from: None, value: Some(&id) };
        match patch.apply(&mut params) {
            Ok(()) => params.json(),
            Err(_) => self.params.clone(),
        }
    }

    /// The bookmark that it applies.
    fn bookmark(&self) -> Option<&str> {
        match (self.method.class, self.method.name) {
            ("GenericBookmark", "Apply" | "ApplyAndVerify") => Some(&self.target.name),
            ("Doc", "ApplyBookmark" | "ApplyAndVerifyBookmark") => Some(&self.said.id),
            _ => None,
        }
    }

    /// The state in which it selects; `None` if it is unknown, or if there are several.
    fn state(&self) -> Option<&str> {
        match self.method.name {
            "ClearAll" | "LockAll" | "UnlockAll" if self.said.state.is_empty() => Some(DEFAULT_STATE),
            "ClearAll" | "LockAll" | "UnlockAll" => Some(&self.said.state),
            _ => self.target.state.as_deref(),
        }
    }

    /// Whether it may select in a state.
    fn may_select_in(&self, state: Option<&str>) -> bool {
        self.sets.selects() && (self.state().is_none() || state.is_none() || self.state() == state)
    }

    /// Whether its effect depends on values of variables.
    fn searches(&self) -> bool {
        self.sets.selects() && !matches!(self.method.name, "SelectValues" | "Clear" | "ClearAll")
    }
}

impl Journal {
    /// Whether a call sets state that another session would not have.
    pub(crate) fn needs_mark(&self, entry: &Entry) -> bool {
        entry.sets != Sets::Definition && !entry.sets.ends() && self.concerns(entry)
    }

    /// Whether a call changes state of the session.
    fn concerns(&self, entry: &Entry) -> bool {
        match entry.sets {
            Sets::Nothing => false,
            Sets::Patches => entry.said.soft,
            Sets::VariableProperties => self.is_session_variable(&entry.target.name),
            _ => true,
        }
    }

    /// A call is being sent.
    pub(crate) fn sent(&mut self, id: i64, entry: Entry) {
        if self.concerns(&entry) {
            self.log.insert(id, entry);
        }
    }

    /// What a pending call sets.
    pub(crate) fn awaited(&self, id: i64) -> Option<Sets> {
        let entry = self.log.get(id)?;
        let is_awaited = match entry.progress {
            EntryState::Sent => true,
            // The program does not know that the definition has changed.
            EntryState::Unknown => entry.sets != Sets::Definition,
            _ => false,
        };
        is_awaited.then_some(entry.sets)
    }

    /// A call was answered; `made` is the ID of the object that it created.
    pub(crate) fn answered(&mut self, id: i64, made: Option<String>) {
        let Some(entry) = self.log.get_mut(id) else { return };
        let is_outdated =
            entry.bookmark().is_some_and(|bookmark| self.replaced.iter().any(|replaced| replaced == bookmark));
        entry.progress = if is_outdated { EntryState::Outdated } else { EntryState::Done };
        entry.made = made;
        let entry = entry.clone();
        if !self.take_in(id, &entry) {
            self.log.remove(id);
        }
        self.limit();
    }

    /// A call has had no effect.
    pub(crate) fn refused(&mut self, id: i64) {
        self.log.remove(id);
    }

    /// A call was sent, and its caller is gone.
    pub(crate) fn given_up(&mut self, id: i64) {
        if let Some(entry) = self.log.get_mut(id).filter(|entry| entry.progress == EntryState::Sent) {
            entry.progress = EntryState::Unknown;
            self.drop_irrelevant(id);
        }
    }

    /// Whether a call was answered, and has changed a definition.
    pub(crate) fn is_done(&self, id: i64) -> bool {
        self.log.get(id).is_some_and(|entry| entry.sets == Sets::Definition && entry.progress == EntryState::Done)
    }

    /// The recipe of a session object contains a change.
    pub(crate) fn in_recipe(&mut self, id: i64) {
        if self.log.get(id).is_some_and(|entry| entry.sets == Sets::Definition) {
            self.log.remove(id);
        }
    }

    /// Drops a call that may or may not have ended state if there was no such state.
    fn drop_irrelevant(&mut self, id: i64) {
        let Some(entry) = self.log.get(id).filter(|entry| entry.sets.ends()).cloned() else { return };
        let mut executed = Self { log: self.log.clone(), ..Self::default() };
        executed.take_in(id, &entry);
        let is_same = |(one, other): (&Entry, &Entry)| one.progress == other.progress;
        if executed.before(id).count() == self.before(id).count()
            && executed.before(id).zip(self.before(id)).all(is_same)
        {
            self.log.remove(id);
        }
    }

    /// A fire-and-forget call was sent.
    pub(crate) fn ordered(&mut self, method: Method, params: &str) {
        let target = CalledObject { name: String::new(), state: None, found_by: None };
        let entry = Entry::new(method, Sets::of(method), params, target);
        if matches!(entry.sets, Sets::NoState | Sets::NoObject | Sets::EndModal) {
            self.take_in(NOW, &entry);
        }
    }

    /// The session existed before the program connected.
    pub(crate) fn inherit(&mut self) {
        self.inherited = true;
    }

    /// Whether there may be unknown state.
    pub(crate) fn is_inherited(&self) -> bool {
        self.inherited
    }

    /// There is a new connection, to the same session or to another one. Returns whether an earlier attempt has set
    /// only a part of the state in the session.
    pub(crate) fn resumed(&mut self, kept: bool) -> bool {
        if kept && !self.unsettled {
            let sent = self.log.iter().filter(|(_, entry)| entry.progress == EntryState::Sent);
            let sent: Vec<_> = sent.map(|(id, _)| *id).collect();
            sent.into_iter().for_each(|id| self.given_up(id));
        } else {
            // It was for a session that has ended, and its caller knows that it failed.
            self.log.retain(|_, entry| entry.progress != EntryState::Sent);
        }
        let was_interrupted = kept && self.unsettled;
        self.unsettled |= !kept;
        was_interrupted
    }

    /// All state is restored except for these calls, which are dropped.
    pub(crate) fn settle(&mut self, missing: impl Iterator<Item = i64>) {
        self.inherited &= !std::mem::take(&mut self.unsettled);
        missing.for_each(|id| self.refused(id));
    }

    /// All calls, in order of execution.
    pub(crate) fn entries(&self) -> Vec<(i64, Entry)> {
        self.log.iter().map(|(id, entry)| (*id, entry.clone())).collect()
    }

    pub(crate) fn clear(&mut self) {
        *self = Self { unsettled: self.unsettled, ..Self::default() };
    }

    fn is_session_variable(&self, id: &str) -> bool {
        self.log.values().any(|entry| entry.sets == Sets::NewVariable && entry.made.as_deref() == Some(id))
    }

    /// Drops calls that a new call makes irrelevant. Returns whether to keep the new call itself.
    fn take_in(&mut self, id: i64, new: &Entry) -> bool {
        match new.sets {
            Sets::ClearAll => {
                self.replace_selections(id, new);
                true
            }
            Sets::FieldSelection if !new.said.toggle => {
                self.replace_field(id, new);
                true
            }
            Sets::NewState | Sets::NewVariable => true,
            Sets::NoState => self.remove_state(id, &new.said.state),
            Sets::EndModal => self.end_modal(id, new.said.accept),
            Sets::Patches => {
                let paths = &new.said.patches;
                self.drop_before(id, |old| {
                    old.patches() == Some(&new.target.name) && old.said.patches.iter().all(|path| paths.contains(path))
                });
                true
            }
            Sets::NoPatches => {
                self.drop_before(id, |old| old.patches() == Some(&new.target.name));
                false
            }
            Sets::NoPatchesAnywhere => {
                self.drop_before(id, |old| old.sets == Sets::Patches);
                false
            }
            Sets::Value | Sets::Setting => {
                let of_same = |old: &Entry| old.sets == new.sets && old.target == new.target;
                let is_replaced = |old: &Entry| of_same(old) && (old.sets == Sets::Value || old.method == new.method);
                let last = self.log.range(i64::MIN..id).rfind(|(_, old)| is_replaced(old)).map(|(id, _)| *id);
                if let Some(last) = last
                    && !self.log.range(last..id).any(|(_, between)| between.searches())
                {
                    self.log.remove(last);
                }
                true
            }
            Sets::NoVariable => {
                let Said { id: gone, name, .. } = &new.said;
                let names = |old: &Entry| {
                    let made = old.made.as_deref().unwrap_or_default();
                    !gone.is_empty() && made == gone || !name.is_empty() && old.variable_name().as_ref() == Some(name)
                };
                let of = |old: &&Entry| old.sets == Sets::NewVariable && names(old);
                let made: Vec<_> = self.log.values().filter(of).filter_map(|old| old.made.clone()).collect();
                self.drop_before(id, |old| {
                    old.sets == Sets::NewVariable && names(old)
                        || matches!(old.sets, Sets::Value | Sets::VariableProperties) && made.contains(&old.target.name)
                });
                false
            }
            Sets::NoObject => {
                let gone = &new.said.id;
                self.drop_before(id, |old| {
                    old.target.name == *gone
                        && matches!(old.sets, Sets::View | Sets::Patches | Sets::Modal | Sets::Definition)
                });
                false
            }
            Sets::Data => {
                self.drop_before(id, |old| old.sets == Sets::Data);
                true
            }
            Sets::Save => {
                self.drop_before(id, |old| old.sets == Sets::Data);
                self.replaced.clear();
                false
            }
            Sets::Bookmark => {
                let replaced = |old: &Entry| old.bookmark() == Some(&new.said.id);
                let applied = self.log.range_mut(i64::MIN..id).map(|(_, old)| old).filter(|old| replaced(old));
                applied.for_each(|old| old.progress = EntryState::Outdated);
                if !self.replaced.contains(&new.said.id) {
                    self.replaced.push(new.said.id.clone());
                }
                false
            }
            _ => true,
        }
    }

    fn drop_before(&mut self, id: i64, is_dropped: impl Fn(&Entry) -> bool) {
        self.log.retain(|old_id, old| old_id >= id || !is_dropped(old));
    }

    fn before(&self, id: i64) -> impl Iterator<Item = &Entry> {
        self.log.range(i64::MIN..id).map(|(_, entry)| entry)
    }

    /// Whether a state was created as a copy of another.
    fn is_source(&self, id: i64, state: &str) -> bool {
        self.before(id).any(|old| old.sets == Sets::NewState && old.said.source == state)
    }

    /// A state is cleared, so earlier selections in it are irrelevant.
    fn replace_selections(&mut self, id: i64, new: &Entry) {
        let state = new.state().unwrap_or(DEFAULT_STATE);
        let keeps_locked = !new.said.locked_also
            && self.before(id).any(|old| old.sets == Sets::Lock && old.may_select_in(Some(state)));
        if !keeps_locked && !self.is_source(id, state) {
            self.drop_before(id, |old| old.sets.selects() && old.state() == Some(state));
        }
    }

    /// A selection in the only field with selections makes the previous one irrelevant.
    fn replace_field(&mut self, id: i64, new: &Entry) {
        let Some(state) = new.state() else { return };
        let elsewhere =
            |old: &Entry| old.may_select_in(Some(state)) && old.sets != Sets::ClearAll && old.target != new.target;
        let held = |old: &Entry| old.may_select_in(Some(state)) && matches!(old.sets, Sets::Lock | Sets::Modal);
        if !self.is_source(id, state) && !self.before(id).any(|old| elsewhere(old) || held(old)) {
            self.drop_before(id, |old| old.sets.selects() && old.target == new.target);
        }
    }

    fn remove_state(&mut self, id: i64, state: &str) -> bool {
        if self.is_source(id, state) {
            return true;
        }
        self.drop_before(id, |old| {
            old.sets == Sets::NewState && old.said.state == state || old.sets.selects() && old.state() == Some(state)
        });
        false
    }

    fn end_modal(&mut self, id: i64, accept: bool) -> bool {
        let begin = self.log.range(i64::MIN..id).rfind(|(_, old)| old.sets == Sets::Modal).map(|(id, _)| *id);
        let Some(begin) = begin else { return false };
        let made = self.log.range(begin..id).any(|(_, old)| old.sets.selects() && old.sets != Sets::Modal);
        if !accept {
            self.log.retain(|old_id, old| old_id < begin || old_id >= id || !old.sets.selects());
        } else if !made {
            self.log.remove(begin);
        }
        accept && made
    }

    /// Limits memory use: if a state has too many or too large calls, they are replaced with a marker.
    fn limit(&mut self) {
        let size: usize = self.log.values().map(|entry| entry.params.len()).sum();
        if self.log.len() <= MOST && size <= LARGEST {
            return;
        }
        let mut kinds = Vec::new();
        for (id, entry) in self.log.iter().rev() {
            let kind = (entry.sets.selects(), entry.state().map(str::to_owned));
            if !kinds.iter().any(|(_, known)| *known == kind) {
                kinds.push((*id, kind));
            }
        }
        self.log.retain(|id, entry| entry.progress == EntryState::Sent || kinds.iter().any(|(last, _)| *last == id));
        for entry in self.log.values_mut().filter(|entry| entry.progress != EntryState::Sent) {
            entry.progress = EntryState::Dropped;
            entry.params = String::new();
        }
    }
}

impl Entry {
    /// The name of the variable that it creates.
    fn variable_name(&self) -> Option<String> {
        Some(Parts::of(Parts::of(&self.params)?.get("qProp")?)?.text("qName")?.into_owned())
    }
}

#[cfg(test)]
mod tests;
