//! Calls as Rust code that a program can contain: from methods and JSON parameters to the typed calls of the client.
//!
//! ```
//! use qix_codegen::model::Model;
//! use qix_codegen::snippet::{Snippets, Step};
//!
//! let model: Model = serde_json::from_str(r#"{
//!     "engine": "1", "title": "QIX", "openrpc": "1.0.0", "types": {}, "errors": {},
//!     "methods": { "Global.GetDatabasesFromConnectionString": {
//!         "params": [{ "name": "qId", "type": "string", "required": true }], "results": []
//!     } }
//! }"#)?;
//! let companion = Default::default();
//! let snippets = Snippets::new(&model, &companion);
//! let call = Step { on: None, method: "Global.GetDatabasesFromConnectionString", params: &serde_json::json!({ "qId": "a" }) };
//! let body = snippets.body(&[call])?;
//! assert_eq!(body.trim(), r#"global.get_databases_from_connection_string("a").await?;"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod literal;

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

use crate::companion::Companion;
use crate::model::{Method, Model, Param, TypeRef};
use crate::names;
use literal::Literals;

/// Writes calls of a schema as Rust.
#[derive(Clone, Copy, Debug)]
pub struct Snippets<'a> {
    model: &'a Model,
    companion: &'a Companion,
}

/// A call.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// The earlier step that returned the object; `None` for the global object.
    pub on: Option<usize>,
    /// Full name of the method, such as `Doc.GetField`.
    pub method: &'a str,
    /// The parameters, by name.
    pub params: &'a Value,
}

/// Why a call cannot be written as typed Rust.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SnippetError {
    /// The schema has no such method.
    Method(String),
    /// The step refers to a step that does not return an object.
    Object(usize),
    /// A value does not fit: its place, such as `qPages[0].qTop`, and what is wrong.
    Value {
        /// The place.
        place: String,
        /// What is wrong.
        why: String,
    },
}

impl std::fmt::Display for SnippetError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Method(name) => write!(f, "the schema has no method `{name}`"),
            Self::Object(step) => write!(f, "step {step} returns no object"),
            Self::Value { place, why } => write!(f, "`{place}` {why}"),
        }
    }
}

impl std::error::Error for SnippetError {}

impl<'a> Snippets<'a> {
    /// Writes calls of a model that the companion has completed.
    pub fn new(model: &'a Model, companion: &'a Companion) -> Self {
        Self { model, companion }
    }

    /// The statements of an async function that returns a `Result`. The value of the last call is bound to a variable
    /// that is not used.
    ///
    /// # Errors
    ///
    /// Returns an error if a method is not in the schema or a parameter does not fit its type.
    pub fn body(&self, steps: &[Step<'_>]) -> Result<String, SnippetError> {
        let (statements, _) = self.statements(steps)?;
        let file = format_tokens(quote!(fn body() { #statements }));
        let lines = file.lines().filter(|line| !matches!(*line, "fn body() {" | "}"));
        Ok(lines.map(|line| format!("{}\n", line.strip_prefix("    ").unwrap_or(line))).collect())
    }

    /// A complete program that connects to an address, makes the calls, and prints the last result.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`body`](Self::body).
    pub fn program(&self, url: &str, steps: &[Step<'_>]) -> Result<String, SnippetError> {
        let (statements, result) = self.statements(steps)?;
        let print = result.map(|result| {
            let text = format!("{{{result}:?}}");
            quote!(println!(#text);)
        });
        let json = uses_json(&statements).then(|| {
            quote!(
                use qix_client::Json;
            )
        });
        let tokens = quote! {
            #json
            use qix_client::prelude::*;

            #[tokio::main(flavor = "current_thread")]
            async fn main() -> Result<(), Box<dyn std::error::Error>> {
                let session = Session::connect(#url).await?;
                let global = session.global();
                #statements
                #print
                session.close().await;
                Ok(())
            }
        };
        let text = format_tokens(tokens);
        Ok(text.replacen("\n#[tokio", "\n\n#[tokio", 1))
    }

    /// The statements, and the variable with the last result, if there is one.
    fn statements(&self, steps: &[Step<'_>]) -> Result<(TokenStream, Option<proc_macro2::Ident>), SnippetError> {
        let mut variables = Variables::default();
        let mut objects: Vec<Option<proc_macro2::Ident>> = Vec::new();
        let (mut statements, mut result) = (TokenStream::new(), None);
        for step in steps {
            let receiver = match step.on {
                None => format_ident!("global"),
                Some(on) => objects.get(on).cloned().flatten().ok_or(SnippetError::Object(on))?,
            };
            let method =
                self.model.methods.get(step.method).ok_or_else(|| SnippetError::Method(step.method.to_owned()))?;
            let call = self.call(&receiver, step, method)?;
            let class = self.companion.returns.get(step.method).filter(|_| returns_object(method));
            let (statement, object, value) = match (&method.results[..], class) {
                ([], _) => (quote!(#call.await?;), None, None),
                (results, Some(class)) => {
                    let field = names::function(class.strip_prefix("Generic").unwrap_or(class));
                    let variable = variables.take(&field);
                    let part = (results.len() > 1).then(|| format_ident!("{field}"));
                    let part = part.map(|part| quote!(.#part));
                    (quote!(let #variable = #call.await?#part;), Some(variable.clone()), Some(variable))
                }
                ([only], None) => {
                    let variable = variables.take(&match names::field(&only.name).as_str() {
                        "return_" => "result".to_owned(),
                        name => name.to_owned(),
                    });
                    (quote!(let #variable = #call.await?;), None, Some(variable))
                }
                (_, None) => {
                    let variable = variables.take("response");
                    (quote!(let #variable = #call.await?;), None, Some(variable))
                }
            };
            statements.extend(statement);
            objects.push(object);
            result = value;
        }
        Ok((statements, result))
    }

    fn call(
        &self,
        receiver: &proc_macro2::Ident,
        step: &Step<'_>,
        method: &Method,
    ) -> Result<TokenStream, SnippetError> {
        let wrong = |place: &str, why: &str| SnippetError::Value { place: place.to_owned(), why: why.to_owned() };
        let empty = serde_json::Map::new();
        let given = match step.params {
            Value::Null => &empty,
            Value::Object(given) => given,
            _ => return Err(wrong("params", "must be a JSON object with the parameters by name")),
        };
        if let Some(name) = given.keys().find(|name| !method.params.iter().any(|param| param.name == **name)) {
            return Err(wrong(name, &format!("is not a parameter of `{}`", step.method)));
        }
        let literals = Literals { model: self.model, companion: self.companion };
        let value = |param: &Param| given.get(&param.name).filter(|value| !value.is_null());
        let mut arguments = Vec::new();
        let mut setters = TokenStream::new();
        for param in &method.params {
            match (param.required, value(param)) {
                (true, None) => return Err(wrong(&param.name, "is required")),
                (true, Some(value)) => arguments.push(literals.argument(&param.ty, value, &param.name)?),
                (false, None) => {}
                (false, Some(value)) => {
                    let name = format_ident!("{}", names::field(&param.name));
                    let value = literals.setter(&param.ty, value, &param.name)?;
                    setters.extend(quote!(.#name(#value)));
                }
            }
        }
        let name = format_ident!("{}", names::function(step.method.split_once('.').map_or("", |(_, name)| name)));
        Ok(quote!(#receiver.#name(#(#arguments),*)#setters))
    }
}

fn returns_object(method: &Method) -> bool {
    method.results.iter().any(|result| result.ty == TypeRef::Named("ObjectInterface".to_owned()))
}

fn uses_json(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(name) => name == "Json",
        proc_macro2::TokenTree::Group(group) => uses_json(&group.stream()),
        _ => false,
    })
}

/// The code in the style of rustfmt.
fn format_tokens(tokens: TokenStream) -> String {
    let file = syn::parse2(tokens).expect("names are identifiers and values are literals");
    prettyplease::unparse(&file)
}

/// Names of variables. The second `field` is `field_2`.
#[derive(Default)]
struct Variables(BTreeMap<String, usize>);

impl Variables {
    fn take(&mut self, name: &str) -> proc_macro2::Ident {
        let count = self.0.entry(name.to_owned()).or_default();
        *count += 1;
        // The names of the program's own variables are taken.
        match (name, *count) {
            ("session" | "global", count) => format_ident!("{name}_{}", count + 1),
            (name, 1) => format_ident!("{name}"),
            (name, count) => format_ident!("{name}_{count}"),
        }
    }
}
