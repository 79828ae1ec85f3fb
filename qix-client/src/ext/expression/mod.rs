//! Checking expressions, and their values.

mod error;
mod names;

use std::fmt;
use std::marker::PhantomData;

use futures_util::future::{join_all, try_join};
use qix_schema::doc::CheckExpressionResponse;
use qix_schema::rpc::CallOptions;
use qix_schema::{Doc, DocApi, Error};
use serde::de::DeserializeOwned;

use super::fields::similar_field;
use super::pending::Pending;
use super::pending::sealed::Run;
use super::reload::place::Script;
use super::rows;

pub use error::{ExpressionError, ExpressionFault};
use names::Names;

/// Checks an expression; see [`DocExt::check`](crate::DocExt::check).
#[derive(Clone, Debug)]
pub struct Check {
    doc: Doc,
    expression: String,
}

impl Check {
    pub(super) fn new(doc: &Doc, expression: String) -> Pending<Self> {
        Pending::new(Self { doc: doc.clone(), expression })
    }

    /// The expression that the engine parses, without `$(…)`, to which its positions refer.
    async fn expanded(&self, options: &CallOptions) -> Result<String, Error> {
        if !self.expression.contains("$(") {
            return Ok(self.expression.clone());
        }
        self.doc.expand_expression(&self.expression).with_options(options.clone()).await
    }

    async fn faults(&self, options: &CallOptions) -> Result<Vec<ExpressionFault>, Error> {
        let text = self.expanded(options).await?;
        let check = self.doc.check_expression(&text).with_options(options.clone());
        let fields = self.doc.get_fields_from_expression(&text).with_options(options.clone());
        let (check, mut fields) = try_join(check.into_future(), fields.into_future()).await?;
        let names = Names::of(&text);
        if !check.error_msg.is_empty() {
            return Ok(vec![syntax(check.error_msg, &text, &names)]);
        }
        for search in names.searches() {
            let check = self.doc.check_expression(search).with_options(options.clone());
            let used = self.doc.get_fields_from_expression(search).with_options(options.clone());
            let (check, used) = try_join(check.into_future(), used.into_future()).await?;
            fields.extend(check.bad_field_names.iter().map(|place| names::part(search, place.from, place.count)));
            fields.extend(used);
            fields.extend(Names::of(search).modifiers().map(str::to_owned));
        }
        let mut faults = Vec::new();
        for (field, place) in self.unknown(&check, fields, &text, &names, options).await? {
            let similar = similar_field(&self.doc, &field, options).await?;
            let place = place.and_then(|(from, length)| Script::new(&text).at_char(from, length));
            faults.push(ExpressionFault::UnknownField { field, similar, place });
        }
        Ok(faults)
    }

    /// Fields that the app does not have, and their places. Engines do not report those in set modifiers.
    async fn unknown(
        &self,
        check: &CheckExpressionResponse,
        fields: Vec<String>,
        text: &str,
        names: &Names,
        options: &CallOptions,
    ) -> Result<Vec<(String, Option<(i32, i32)>)>, Error> {
        let bad = check.bad_field_names.iter();
        let mut unknown: Vec<_> =
            bad.map(|place| (names::part(text, place.from, place.count), Some((place.from, place.count)))).collect();
        let mut rest: Vec<_> = fields.into_iter().chain(names.modifiers().map(str::to_owned)).collect();
        rest.sort();
        rest.dedup();
        rest.retain(|field| !unknown.iter().any(|(known, _)| known == field));
        let found = join_all(rest.into_iter().map(async |field| {
            let outcome = self.doc.get_field(&field).with_options(options.clone()).await;
            (field, outcome)
        }));
        for (field, outcome) in found.await {
            match outcome {
                Ok(_) => {}
                Err(error) if error.is_not_found() => {
                    let place = names.place(&field);
                    unknown.push((field, place));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(unknown)
    }
}

/// The engine names the part of the expression that it does not understand, in quotes.
fn syntax(message: String, text: &str, names: &Names) -> ExpressionFault {
    let place = |(from, length)| Script::new(text).at_char(from, length);
    for name in names::quoted(&message) {
        if let Some(at) = names.function(name) {
            return ExpressionFault::UnknownFunction { function: name.to_owned(), place: place(at) };
        }
        // Garbage is the end of the expression.
        let is_garbage = message.to_lowercase().contains("garbage");
        let end = is_garbage.then(|| names::find_at_end(text, name)).flatten();
        if let Some(at) = end.or_else(|| names::find(text, name)) {
            return ExpressionFault::Syntax { message: message.clone(), place: place(at) };
        }
    }
    ExpressionFault::Syntax { message, place: None }
}

/// Whether the text of a value is an error, as engines word it.
fn is_error(text: &str) -> bool {
    ["Error in expression:", "Error in set "].iter().any(|start| text.starts_with(start))
}

impl Run for Check {
    type Output = ();

    async fn run(self, options: CallOptions) -> Result<(), Error> {
        match self.faults(&options).await? {
            faults if faults.is_empty() => Ok(()),
            faults => Err(ExpressionError::Invalid { expression: self.expression, faults }.into()),
        }
    }
}

/// The value of an expression; see [`DocExt::value`](crate::DocExt::value).
pub struct Value<T> {
    check: Check,
    value: PhantomData<fn() -> T>,
}

impl<T> Value<T> {
    pub(super) fn new(doc: &Doc, expression: String) -> Pending<Self> {
        Pending::new(Self { check: Check { doc: doc.clone(), expression }, value: PhantomData })
    }
}

impl<T: DeserializeOwned + Send + 'static> Run for Value<T> {
    type Output = T;

    async fn run(self, options: CallOptions) -> Result<T, Error> {
        let Check { doc, expression } = &self.check;
        let call = doc.evaluate_ex(expression).with_options(options.clone());
        let (value, ()) = try_join(call.into_future(), self.check.clone().run(options)).await?;
        // Some errors are found only in the calculation. Their text is then the value.
        if !value.is_numeric && is_error(&value.text) {
            let faults = vec![ExpressionFault::Syntax { message: value.text, place: None }];
            return Err(ExpressionError::Invalid { expression: self.check.expression, faults }.into());
        }
        let number = if value.is_numeric { value.number } else { f64::NAN };
        rows::value_of(expression, &value.text, number).map_err(|problem| {
            ExpressionError::Value { expression: expression.clone(), text: value.text, problem }.into()
        })
    }
}

impl<T> Clone for Value<T> {
    fn clone(&self) -> Self {
        Self { check: self.check.clone(), value: PhantomData }
    }
}

impl<T> fmt::Debug for Value<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Value").field("expression", &self.check.expression).finish_non_exhaustive()
    }
}
