//! Generates the file of a class: its object, its trait, and the request and response of each method.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::docs::{Docs, alias, deprecated};
use crate::plan::{ClassPlan, MethodPlan, Outcome, OutcomeKind, Param, Shape};

/// Generates the file of one class.
pub(super) fn file(docs: &Docs<'_>, class: &ClassPlan) -> TokenStream {
    let about = format!(" The class `{}`: its methods and their requests.", class.name);
    let imports = imports(class);
    let (object, api, wire) = (format_ident!("{}", class.name), format_ident!("{}Api", class.name), &class.name);
    let (object_doc, api_doc) = (docs.object(class), docs.class(class));
    let methods = class.methods.iter().map(|method| trait_method(docs, class, method));
    let requests = class.methods.iter().map(|method| request(docs, class, method));
    quote! {
        #![doc = #about]
        #imports
        #object_doc
        #[derive(Clone, Debug)]
        pub struct #object(Arc<dyn Remote>);
        impl AsRemote for #object {
            fn as_remote(&self) -> &dyn Remote {
                &*self.0
            }
        }
        impl Class for #object {
            const NAME: &'static str = #wire;
            fn from_remote(remote: Arc<dyn Remote>) -> Self {
                Self(remote)
            }
        }
        impl #api for #object {}
        #api_doc
        pub trait #api: AsRemote {
            #(#methods)*
        }
        #(#requests)*
    }
}

fn imports(class: &ClassPlan) -> TokenStream {
    let shapes = class.methods.iter().flat_map(|method| {
        let params = method.required.iter().chain(&method.optional).map(|param| &param.shape);
        let results = method.results.iter().filter_map(|outcome| match &outcome.kind {
            OutcomeKind::Value(shape) => Some(shape),
            OutcomeKind::Object(_) => None,
        });
        params.chain(results)
    });
    let types = shapes.clone().any(|shape| shape.named().is_some()).then(|| {
        quote!(
            use super::types::*;
        )
    });
    let multiple =
        |objects: bool| class.methods.iter().any(|method| method.results.len() > 1 && has_object(method) == objects);
    let records = multiple(false).then(|| {
        quote! {
            use qix_schema::__private::{Input, Members, Record};
            use serde::ser::SerializeMap;
        }
    });
    quote! {
        use std::sync::Arc;
        use qix_schema::Error;
        use qix_schema::rpc::{Answer, AsRemote, Class, Effect, Method, Remote, Request};
        use qix_schema::__private::write_object;
        #records
        use serde::ser::{Serialize, Serializer};
        use super::Call;
        #types
    }
}

fn has_object(method: &MethodPlan) -> bool {
    method.results.iter().any(|outcome| matches!(outcome.kind, OutcomeKind::Object(_)))
}

fn trait_method(docs: &Docs<'_>, class: &ClassPlan, method: &MethodPlan) -> TokenStream {
    let (doc, gone) = (docs.method(class, method), deprecated(&method.marks));
    let (name, request) = (format_ident!("{}", method.name), format_ident!("{}", method.request));
    let alias = alias(method.wire.split_once('.').map_or("", |(_, bare)| bare), &method.name);
    let (names, types): (Vec<_>, Vec<_>) =
        method.required.iter().map(|param| (format_ident!("{}", param.name), param.shape.argument())).unzip();
    quote! {
        #doc
        #alias
        #gone
        fn #name(&self #(, #names: #types)*) -> Call<'_, #request> {
            Call::new(self.as_remote(), #request::new(#(#names),*))
        }
    }
}

fn request(docs: &Docs<'_>, class: &ClassPlan, method: &MethodPlan) -> TokenStream {
    let (doc, name) = (docs.request(class, method), format_ident!("{}", method.request));
    let object = format_ident!("{}", class.name);
    let gone = deprecated(&method.marks);
    let fields = method.order.iter().map(|(required, index)| {
        let param = if *required { &method.required[*index] } else { &method.optional[*index] };
        let (doc, field, shape) = (docs.param(method, param), format_ident!("{}", param.name), param.shape.tokens());
        let alias = alias(&param.wire, &param.name);
        let shape = if *required { shape } else { quote!(Option<#shape>) };
        quote!(#doc #alias pub #field: #shape,)
    });
    let constructor = constructor(method);
    let setters: Vec<TokenStream> = method.optional.iter().map(|param| setter(docs, method, param)).collect();
    let call_setters = (!method.optional.is_empty()).then(|| {
        let setters = method.optional.iter().map(|param| call_setter(docs, method, param));
        quote!(impl Call<'_, #name> { #(#setters)* })
    });
    let serialize = serialize_impl(method);
    let (response, read, response_item) = response(docs, class, method);
    let (wire_class, wire_name) = method.wire.split_once('.').unwrap_or_default();
    let effect = if method.reads { quote!(Read) } else { quote!(Write) };
    let results = method.results.iter().map(|outcome| &outcome.wire);
    // Derives `Default` if there are no required parameters.
    let default = if method.required.is_empty() {
        quote!(Clone, Debug, Default, PartialEq)
    } else {
        quote!(Clone, Debug, PartialEq)
    };
    quote! {
        #doc
        #gone
        #[derive(#default)]
        #[non_exhaustive]
        pub struct #name { #(#fields)* }
        impl #name { #constructor #(#setters)* }
        #call_setters
        #serialize
        impl Request for #name {
            type Class = #object;
            type Response = #response;
            const METHOD: Method = Method::new(#wire_class, #wire_name, Effect::#effect, &[#(#results),*]);
            #[inline]
            fn read(answer: Answer<'_>) -> Result<#response, Error> {
                #read
            }
        }
        #response_item
    }
}

fn constructor(method: &MethodPlan) -> TokenStream {
    let arguments = method.required.iter().map(|param| {
        let (name, ty) = (format_ident!("{}", param.name), constructor_argument(&param.shape));
        quote!(#name: #ty)
    });
    let fields = method.order.iter().map(|(required, index)| {
        if *required {
            let param = &method.required[*index];
            let name = format_ident!("{}", param.name);
            if *param.shape.resolved() == Shape::Text { quote!(#name: #name.into()) } else { quote!(#name) }
        } else {
            let name = format_ident!("{}", method.optional[*index].name);
            quote!(#name: None)
        }
    });
    let doc = if method.required.is_empty() {
        " Creates the request."
    } else {
        " Creates the request from its required parameters."
    };
    quote! {
        #[doc = #doc]
        pub fn new(#(#arguments),*) -> Self {
            Self { #(#fields),* }
        }
    }
}

fn constructor_argument(shape: &Shape) -> TokenStream {
    if *shape.resolved() == Shape::Text { quote!(impl Into<String>) } else { shape.tokens() }
}

fn setter(docs: &Docs<'_>, method: &MethodPlan, param: &Param) -> TokenStream {
    let (doc, name) = (docs.param(method, param), format_ident!("{}", param.name));
    let (argument, value) = param.shape.setter();
    quote! {
        #doc
        #[must_use]
        pub fn #name(mut self, value: #argument) -> Self {
            self.#name = Some(#value);
            self
        }
    }
}

fn call_setter(docs: &Docs<'_>, method: &MethodPlan, param: &Param) -> TokenStream {
    let (doc, name) = (docs.param(method, param), format_ident!("{}", param.name));
    let (argument, _) = param.shape.setter();
    quote! {
        #doc
        pub fn #name(self, value: #argument) -> Self {
            self.map(|request| request.#name(value))
        }
    }
}

fn serialize_impl(method: &MethodPlan) -> TokenStream {
    let name = format_ident!("{}", method.request);
    let members = method.order.iter().map(|(required, index)| {
        let param = if *required { &method.required[*index] } else { &method.optional[*index] };
        let (field, wire) = (format_ident!("{}", param.name), &param.wire);
        let put = if *required { quote!(always) } else { quote!(given) };
        quote!(out.#put(#wire, &self.#field)?;)
    });
    let body = if method.order.is_empty() {
        quote!(write_object(serializer, |_| Ok(())))
    } else {
        quote!(write_object(serializer, |out| { #(#members)* Ok(()) }))
    };
    quote! {
        impl Serialize for #name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                #body
            }
        }
    }
}

/// The type of the response, how it is decoded, and its struct if it has several values.
fn response(docs: &Docs<'_>, class: &ClassPlan, method: &MethodPlan) -> (TokenStream, TokenStream, TokenStream) {
    match &method.results[..] {
        [] => (quote!(()), quote!(answer.nothing()), TokenStream::new()),
        [only] => {
            let wire = &only.wire;
            let read = match only.kind {
                OutcomeKind::Value(_) => quote!(answer.value(#wire)),
                OutcomeKind::Object(_) => quote!(answer.object(#wire)),
            };
            (outcome_type(only), read, TokenStream::new())
        }
        several => {
            let name = format_ident!("{}Response", method.request);
            let doc = docs.response(class, method);
            let fields = several.iter().map(|outcome| {
                let (doc, field, ty) =
                    (docs.outcome(method, outcome), format_ident!("{}", outcome.name), outcome_type(outcome));
                let alias = alias(&outcome.wire, &outcome.name);
                quote!(#doc #alias pub #field: #ty,)
            });
            if has_object(method) {
                let values = several.iter().map(|outcome| {
                    let (field, wire) = (format_ident!("{}", outcome.name), &outcome.wire);
                    match outcome.kind {
                        OutcomeKind::Value(_) => quote!(#field: answer.value(#wire)?),
                        OutcomeKind::Object(_) => quote!(#field: answer.object(#wire)?),
                    }
                });
                let read = quote!(Ok(#name { #(#values),* }));
                let constructor = response_constructor(several);
                let setters = response_setters(several);
                let item = quote! {
                    #doc
                    #[derive(Clone, Debug)]
                    #[non_exhaustive]
                    pub struct #name { #(#fields)* }
                    impl #name { #constructor #(#setters)* }
                };
                return (quote!(#name), read, item);
            }
            let setters = response_setters(several);
            let record = response_record(&name, &method.request, several);
            let item = quote! {
                #doc
                #[derive(Clone, Debug, Default, PartialEq)]
                #[non_exhaustive]
                pub struct #name { #(#fields)* }
                impl #name { #(#setters)* }
                #record
                qix_schema::wire_records!(#name);
            };
            (quote!(#name), quote!(answer.record()), item)
        }
    }
}

/// A response with objects is created from them.
fn response_constructor(outcomes: &[Outcome]) -> TokenStream {
    let objects = outcomes.iter().filter(|outcome| matches!(outcome.kind, OutcomeKind::Object(_))).map(|outcome| {
        let (name, ty) = (format_ident!("{}", outcome.name), outcome_type(outcome));
        quote!(#name: #ty)
    });
    let fields = outcomes.iter().map(|outcome| {
        let name = format_ident!("{}", outcome.name);
        match outcome.kind {
            OutcomeKind::Object(_) => quote!(#name),
            OutcomeKind::Value(_) => quote!(#name: Default::default()),
        }
    });
    quote! {
        /// Creates a response, for test doubles.
        pub fn new(#(#objects),*) -> Self {
            Self { #(#fields),* }
        }
    }
}

fn response_setters(outcomes: &[Outcome]) -> Vec<TokenStream> {
    let setter = |outcome: &Outcome| {
        let OutcomeKind::Value(shape) = &outcome.kind else { return None };
        let (name, setter) =
            (format_ident!("{}", outcome.name), format_ident!("with_{}", outcome.name.trim_end_matches('_')));
        let (argument, value) = shape.setter();
        let doc = format!(" Sets `{}`.", outcome.wire);
        Some(quote! {
            #[doc = #doc]
            #[must_use]
            pub fn #setter(mut self, value: #argument) -> Self {
                self.#name = #value;
                self
            }
        })
    };
    outcomes.iter().filter_map(setter).collect()
}

fn outcome_type(outcome: &Outcome) -> TokenStream {
    match &outcome.kind {
        OutcomeKind::Value(shape) => shape.tokens(),
        OutcomeKind::Object(class) => {
            let (module, class) = (format_ident!("{}", crate::names::function(class)), format_ident!("{class}"));
            quote!(super::#module::#class)
        }
    }
}

fn response_record(name: &proc_macro2::Ident, request: &str, outcomes: &[Outcome]) -> TokenStream {
    let wires: Vec<_> = outcomes.iter().map(|outcome| &outcome.wire).collect();
    let fields: Vec<_> = outcomes.iter().map(|outcome| format_ident!("{}", outcome.name)).collect();
    let keys = wires.iter().map(|wire| super::types::key(wire));
    let response = format!("{request}Response");
    quote! {
        impl Record for #name {
            const NAME: &'static str = #response;
            const MEMBERS: &'static [&'static str] = &[#(#wires),*];
            #[inline(always)]
            fn read_members<I: Input>(&mut self, input: &mut I) -> Result<(), I::Stop> {
                #(input.member(#keys, &mut self.#fields)?;)*
                Ok(())
            }
            fn write_members<S: SerializeMap>(&self, out: &mut Members<'_, S>) -> Result<(), S::Error> {
                #(out.put(#wires, &self.#fields)?;)*
                Ok(())
            }
        }
    }
}
