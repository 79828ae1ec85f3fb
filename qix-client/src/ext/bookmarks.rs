//! Copies bookmarks: their selections are not part of their properties, so they are made in the other app.

use qix_schema::rpc::CallOptions;
use qix_schema::types::{
    BookmarkFieldItem, BookmarkFieldPageEx, BookmarkStateFieldPages, BookmarkVariableItem, FieldValue, NxBookmark,
    SelectInfo, SelectionObjectDef,
};
use qix_schema::{
    Doc, DocApi, Error, ErrorKind, FieldApi, GenericBookmark, GenericBookmarkApi, GenericVariable, GenericVariableApi,
};

use super::doc_ext::DocExt;
use super::optional::OptionalExt;
use super::select::SelectError;

/// Why a bookmark cannot be copied to another app.
///
/// Part of an [`Error`]: `error.downcast_ref::<CopyError>()` returns it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CopyError {
    /// The other app does not have a field, value, or variable of the bookmark.
    #[error("{missing}; use `skip_missing(true)` to copy the bookmark without it")]
    Missing {
        /// What is missing.
        missing: String,
    },
    /// The bookmark contains something that cannot be copied.
    #[error("the bookmark contains {content}, which cannot be copied")]
    Content {
        /// What it contains.
        content: String,
    },
    /// The selections exclude each other in the other app.
    #[error("in the other app, the selections in {} exclude each other", .fields.join(", "))]
    Excluded {
        /// The fields without the bookmark's selections.
        fields: Vec<String>,
    },
}

impl From<CopyError> for Error {
    fn from(error: CopyError) -> Self {
        ErrorKind::Unusable(Box::new(error)).into()
    }
}

/// How a bookmark selects in a field.
enum Selection {
    Values(Vec<FieldValue>),
    /// All values but these.
    AllBut(Vec<FieldValue>),
    Search(String),
}

/// The selection of a bookmark in a field.
struct Selected {
    state: String,
    field: String,
    selection: Selection,
    locked: bool,
}

/// Copies a bookmark. The selections of the other app's session are restored afterwards.
pub(super) async fn copy(
    bookmark: &GenericBookmark,
    app: &Doc,
    skip_missing: bool,
    options: CallOptions,
) -> Result<GenericBookmark, Error> {
    let content = bookmark.get_layout().with_options(options.clone()).await?.bookmark;
    if !content.patches.is_empty() {
        return Err(CopyError::Content { content: "changes of objects (soft patches)".to_owned() }.into());
    }
    let selections = selections(bookmark, &content, &options).await?;
    let copying = Copying { app, skip_missing, options };
    let kept = copying.keep(&selections).await?;
    let copied = copying.copy(bookmark, &selections, &content.variable_items, &kept.states).await;
    let restored = copying.restore(kept).await;
    let copy = copied?;
    restored?;
    Ok(copy)
}

/// The selections of a bookmark.
async fn selections(
    bookmark: &GenericBookmark,
    content: &NxBookmark,
    options: &CallOptions,
) -> Result<Vec<Selected>, Error> {
    let mut selections = Vec::new();
    for state in &content.state_data {
        for item in &state.field_items {
            let field = item.def.name.clone();
            if item.and_mode {
                return Err(CopyError::Content { content: format!("the field `{field}` in AND mode") }.into());
            }
            let selection = selection(bookmark, &state.state_name, item, options).await?;
            let state = if state.state_name.is_empty() { "$" } else { &state.state_name }.to_owned();
            selections.push(Selected { state, field, selection, locked: item.locked });
        }
    }
    Ok(selections)
}

async fn selection(
    bookmark: &GenericBookmark,
    state: &str,
    item: &BookmarkFieldItem,
    options: &CallOptions,
) -> Result<Selection, Error> {
    if let Some(search) = search(&item.select_info) {
        return Ok(Selection::Search(search));
    }
    let all = async |values: &[FieldValue], count: i32, excluded: bool| -> Result<Vec<FieldValue>, Error> {
        let count_of = |values: &[FieldValue]| i32::try_from(values.len()).unwrap_or(i32::MAX);
        if count <= count_of(values) {
            return Ok(values.to_vec());
        }
        // The values of a large selection are not in the layout. Whether the end is included does not matter here.
        let page = BookmarkFieldPageEx::default().with_state_name(state).with_end_index(count);
        let pages = BookmarkStateFieldPages::default().with_state_pages([page]);
        let call = bookmark.get_field_values_ex(&item.def.name, excluded, pages).with_options(options.clone());
        Ok(call.await?.into_iter().flat_map(|state| state.field_values).collect())
    };
    let values = all(&item.values, item.values_count, false).await?;
    if !values.is_empty() {
        return Ok(Selection::Values(values));
    }
    let excluded = all(&item.excluded_values, item.excluded_values_count, true).await?;
    if !excluded.is_empty() {
        return Ok(Selection::AllBut(excluded));
    }
    Err(CopyError::Content { content: format!("a selection in `{}` without values", item.def.name) }.into())
}

/// The search or range that a selection was made with.
fn search(info: &SelectInfo) -> Option<String> {
    if !info.text_search.is_empty() {
        return Some(info.text_search.clone());
    }
    let is_bound = |bound: f64| bound.is_finite() && bound > -1e300;
    match (is_bound(info.range_lo), is_bound(info.range_hi)) {
        (true, true) => Some(format!(">={}<={}", info.range_lo, info.range_hi)),
        _ => None,
    }
}

struct Copying<'a> {
    app: &'a Doc,
    skip_missing: bool,
    options: CallOptions,
}

/// What a session had before.
struct Before {
    states: Vec<String>,
    /// The ID of the stored selections, if there were any.
    selections: Option<String>,
}

impl Copying<'_> {
    /// Stores the selections of the session.
    async fn keep(&self, selections: &[Selected]) -> Result<Before, Error> {
        let mut states = self.app.get_app_layout().with_options(self.options.clone()).await?.state_names;
        for selected in selections {
            if selected.state != "$" && !states.contains(&selected.state) {
                self.app.add_alternate_state(&selected.state).with_options(self.options.clone()).await?;
                states.push(selected.state.clone());
            }
        }
        states.retain(|state| state != "$");
        states.insert(0, "$".to_owned());
        let mut selections = None;
        for state in &states {
            let list = self.app.list(SelectionObjectDef::default().with_state_name(state));
            if selections.is_none() && !list.with_options(self.options.clone()).await?.is_empty() {
                let call = self.app.store_temp_selection_state().with_options(self.options.clone());
                selections = Some(call.await?.id);
            }
        }
        Ok(Before { states, selections })
    }

    async fn restore(&self, before: Before) -> Result<(), Error> {
        self.clear(&before.states).await?;
        if let Some(id) = before.selections {
            let call = self.app.restore_temp_selection_state(&id).with_options(self.options.clone());
            if !call.await? {
                return Err(
                    CopyError::Content { content: "selections that the session did not restore".to_owned() }.into()
                );
            }
        }
        Ok(())
    }

    async fn clear(&self, states: &[String]) -> Result<(), Error> {
        for state in states {
            let call = self.app.clear_all().locked_also(true).state_name(state);
            call.with_options(self.options.clone()).await?;
        }
        Ok(())
    }
}

impl Copying<'_> {
    /// Makes the selections, and stores them in a bookmark.
    async fn copy(
        &self,
        bookmark: &GenericBookmark,
        selections: &[Selected],
        variables: &[BookmarkVariableItem],
        states: &[String],
    ) -> Result<GenericBookmark, Error> {
        self.clear(states).await?;
        for selected in selections {
            self.select(selected).await?;
        }
        let changed = self.set(variables).await?;
        let stored = self.store(bookmark, selections).await;
        for (variable, definition) in changed {
            variable.set_string_value(&definition).with_options(self.options.clone()).await?;
        }
        stored
    }

    async fn select(&self, selected: &Selected) -> Result<(), Error> {
        let Selected { state, field, selection, locked } = selected;
        let options = || self.options.clone();
        let outcome = match selection {
            Selection::Values(values) | Selection::AllBut(values) => {
                self.app.select(field, values.clone()).state_name(state).with_options(options()).await
            }
            Selection::Search(search) => {
                self.app.select_matching(field, search).state_name(state).with_options(options()).await
            }
        };
        if let Err(error) = outcome {
            let is_field = !matches!(error.downcast_ref(), Some(SelectError::NoField { .. }));
            self.accept(error)?;
            if !is_field {
                return Ok(());
            }
        }
        let field = self.app.get_field(field).state_name(state).with_options(options()).await?;
        if matches!(selection, Selection::AllBut(_)) {
            field.select_excluded().with_options(options()).await?;
        }
        if *locked {
            field.lock().with_options(options()).await?;
        }
        Ok(())
    }

    /// Whether to go on after an error: if something is missing in the other app, and the caller accepts that.
    fn accept(&self, error: Error) -> Result<(), Error> {
        let is_missing = matches!(
            error.downcast_ref(),
            Some(SelectError::NoField { .. } | SelectError::NoValue { .. } | SelectError::NoMatch { .. })
        );
        match (is_missing, self.skip_missing) {
            (true, true) => Ok(()),
            (true, false) => Err(CopyError::Missing { missing: error.to_string() }.into()),
            _ => Err(error),
        }
    }

    /// Sets the variables of the bookmark. Returns those that were different, with their definitions.
    async fn set(&self, variables: &[BookmarkVariableItem]) -> Result<Vec<(GenericVariable, String)>, Error> {
        let mut changed = Vec::new();
        for item in variables {
            let found =
                self.app.get_variable_by_name(&item.name).with_options(self.options.clone()).await.optional()?;
            let Some(variable) = found else {
                if self.skip_missing {
                    continue;
                }
                let missing = format!("the app has no variable `{}`", item.name);
                return Err(CopyError::Missing { missing }.into());
            };
            let definition = variable.get_properties().with_options(self.options.clone()).await?.definition;
            if definition != item.definition {
                variable.set_string_value(&item.definition).with_options(self.options.clone()).await?;
                changed.push((variable, definition));
            }
        }
        Ok(changed)
    }

    /// Stores the current selections, in a new bookmark or in the one with the same ID.
    async fn store(&self, bookmark: &GenericBookmark, selections: &[Selected]) -> Result<GenericBookmark, Error> {
        let options = || self.options.clone();
        self.check(selections).await?;
        let properties = bookmark.get_properties().with_options(options()).await?;
        match self.app.get_bookmark(&properties.info.id).with_options(options()).await.optional()? {
            Some(known) => {
                self.app.replace_bookmark(&properties.info.id).with_options(options()).await?;
                known.set_properties(properties).with_options(options()).await?;
                Ok(known)
            }
            None => Ok(self.app.create_bookmark(properties).with_options(options()).await?.bookmark),
        }
    }

    /// Whether the fields still have selections: a selection clears those that exclude it.
    async fn check(&self, selections: &[Selected]) -> Result<(), Error> {
        let mut fields = Vec::new();
        for selected in selections {
            let list = self.app.list(SelectionObjectDef::default().with_state_name(&selected.state));
            let now = list.with_options(self.options.clone()).await?;
            if !now.iter().any(|item| item.field == selected.field) {
                fields.push(selected.field.clone());
            }
        }
        if fields.is_empty() || self.skip_missing { Ok(()) } else { Err(CopyError::Excluded { fields }.into()) }
    }
}
