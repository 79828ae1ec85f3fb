//! Selections that report failures.

mod alike;
mod alternate_state;
mod error;
mod list;
mod lookup;
mod modal;
mod next_value;
mod place;
mod scan;
mod values;

use qix_schema::rpc::CallOptions;
use qix_schema::types::{FieldValue, SortCriteria};
use qix_schema::{Doc, Error, GenericObject};

pub(super) use alternate_state::unique_name;
pub use alternate_state::{AddState, AlternateState};
pub use error::SelectError;
pub use modal::ModalSelections;
pub(super) use modal::begin;
use next_value::Direction;
pub use place::{InField, InList};
use place::{SelectOptions, Selection};

use super::pending::Pending;
use super::pending::sealed::Run;

/// A selection in a field or list; see [`DocExt::select`](crate::DocExt::select) and
/// [`GenericObjectExt::select`](crate::GenericObjectExt::select).
#[derive(Clone, Debug)]
pub struct Select<P> {
    place: P,
    selection: Selection,
    how: SelectOptions,
}

impl<P> Select<P> {
    fn pending(place: P, selection: Selection) -> Pending<Self> {
        Pending::new(Self { place, selection, how: SelectOptions::default() })
    }
}

impl Select<InField> {
    pub(super) fn values(doc: &Doc, field: String, values: Vec<FieldValue>) -> Pending<Self> {
        Self::pending(InField::new(doc, field), Selection::Values(values))
    }

    pub(super) fn matching(doc: &Doc, field: String, search: String) -> Pending<Self> {
        Self::pending(InField::new(doc, field), Selection::Matching(search))
    }
}

impl Select<InList> {
    pub(super) fn values(object: &GenericObject, values: Vec<FieldValue>) -> Pending<Self> {
        Self::pending(InList::new(object), Selection::Values(values))
    }

    pub(super) fn matching(object: &GenericObject, search: String) -> Pending<Self> {
        Self::pending(InList::new(object), Selection::Matching(search))
    }
}

/// # Selections
impl<P> Pending<Select<P>> {
    /// Sets whether to toggle the values and keep other selections. Defaults to `false`: the values replace the
    /// selection.
    pub fn toggle_mode(mut self, toggle: bool) -> Self {
        self.operation.how.toggle = toggle;
        self
    }

    /// Sets whether to select even if the field is locked. Defaults to `false`.
    pub fn soft_lock(mut self, soft: bool) -> Self {
        self.operation.how.soft_lock = soft;
        self
    }
}

/// # Selections in fields
impl Pending<Select<InField>> {
    /// Selects in an alternate state, given by name or guard.
    pub fn state_name(mut self, name: impl Into<String>) -> Self {
        self.operation.place.state = name.into();
        self
    }
}

/// # Selections in lists
impl Pending<Select<InList>> {
    /// Sets the path of the list definition. Defaults to `/qListObjectDef`.
    pub fn with_path(mut self, path: impl Into<String>) -> Self {
        self.operation.place.path = path.into();
        self
    }
}

impl Run for Select<InField> {
    type Output = ();

    async fn run(self, options: CallOptions) -> Result<(), Error> {
        let place = InField { options, ..self.place };
        match &self.selection {
            Selection::Values(values) => values::select(&place, values, &self.how).await,
            Selection::Matching(search) => values::search(&place, search, &self.how).await,
        }
    }
}

impl Run for Select<InList> {
    type Output = ();

    async fn run(self, options: CallOptions) -> Result<(), Error> {
        let place = InList { options, ..self.place };
        match &self.selection {
            Selection::Values(values) => list::select(&place, values, &self.how).await,
            Selection::Matching(search) => list::search(&place, search, &self.how).await,
        }
    }
}

/// Selects the next or previous value of a field and returns it; see
/// [`DocExt::select_next`](crate::DocExt::select_next).
#[derive(Clone, Debug)]
pub struct SelectNext {
    place: InField,
    order: Option<SortCriteria>,
    soft_lock: bool,
    direction: Direction,
}

impl SelectNext {
    pub(super) fn forward(doc: &Doc, field: String) -> Pending<Self> {
        Self::pending(doc, field, Direction::Forward)
    }

    pub(super) fn backward(doc: &Doc, field: String) -> Pending<Self> {
        Self::pending(doc, field, Direction::Backward)
    }

    fn pending(doc: &Doc, field: String, direction: Direction) -> Pending<Self> {
        Pending::new(Self { place: InField::new(doc, field), order: None, soft_lock: false, direction })
    }
}

/// # Steps from value to value
impl Pending<SelectNext> {
    /// Sets the order of the values. Defaults to numeric, then alphabetic order.
    pub fn with_sort_by(mut self, order: SortCriteria) -> Self {
        self.operation.order = Some(order);
        self
    }

    /// Sets whether to select even if the field is locked. Defaults to `false`.
    pub fn soft_lock(mut self, soft: bool) -> Self {
        self.operation.soft_lock = soft;
        self
    }

    /// Steps in an alternate state, given by name or guard.
    pub fn state_name(mut self, name: impl Into<String>) -> Self {
        self.operation.place.state = name.into();
        self
    }
}

impl Run for SelectNext {
    type Output = FieldValue;

    async fn run(self, options: CallOptions) -> Result<FieldValue, Error> {
        let place = InField { options, ..self.place };
        let order = self.order.unwrap_or_else(|| SortCriteria::by_number().with_sort_by_ascii(1));
        next_value::step(&place, order, self.soft_lock, self.direction).await
    }
}
