//! Typed responses.

use super::{Class, Method, ObjectHandle, Remote};
use crate::wire::{DecodeError, Input, Place, Record, Wire, decode, decode_member};
use crate::{Error, ErrorKind};

/// The response of a call, before decoding.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    result: &'a str,
    method: Method,
    remote: &'a dyn Remote,
}

impl<'a> Answer<'a> {
    /// Creates a response of an object from the JSON text of its `result`.
    pub fn new(result: &'a str, method: Method, remote: &'a dyn Remote) -> Self {
        Self { result, method, remote }
    }

    /// The JSON text of the `result`.
    pub fn text(&self) -> &'a str {
        self.result
    }

    /// Decodes one value of the response. Engines omit `false` and empty values, which decode to the default.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Decode`] if the value has the wrong type.
    pub fn value<T: Wire + Default>(&self, name: &str) -> Result<T, Error> {
        Ok(self.member(name)?.unwrap_or_default())
    }

    /// Decodes one object of the response and binds it to the connection.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::NotFound`] if the response contains no object (the engine does not return an error for
    /// it),
    /// [`ErrorKind::WrongClass`] if the object has another class, and [`ErrorKind::Decode`] if the value is not an
    /// object.
    pub fn object<C: Class>(&self, name: &str) -> Result<C, Error> {
        let interface: Interface = self.value(name)?;
        let Some(handle) = interface.handle else { return Err(self.error(ErrorKind::NotFound)) };
        if interface.class.as_deref().is_some_and(|class| class != C::NAME) {
            let found = interface.class.unwrap_or_default();
            return Err(self.error(ErrorKind::WrongClass { expected: C::NAME, found }));
        }
        let object = ObjectHandle {
            handle,
            class: C::NAME,
            kind: interface.kind.filter(|kind| !kind.is_empty()),
            id: interface.id.filter(|id| !id.is_empty()),
        };
        Ok(C::from_remote(self.remote.bind(object)))
    }

    /// For methods without results.
    pub fn nothing(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Decodes the whole response as a record.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Decode`] if a value has the wrong type.
    pub fn record<T: Wire + Default>(&self) -> Result<T, Error> {
        decode(self.result).map_err(|error| self.decode_error(error))
    }

    fn member<T: Wire + Default>(&self, name: &str) -> Result<Option<T>, Error> {
        decode_member(self.result, name).map_err(|error| self.decode_error(error))
    }

    fn decode_error(&self, error: DecodeError) -> Error {
        self.error(ErrorKind::Decode(error))
    }

    fn error(&self, kind: ErrorKind) -> Error {
        Error::from(kind).of_call(self.method, self.remote.handle())
    }
}

/// The wire form of an object in a response.
#[derive(Default, PartialEq)]
struct Interface {
    class: Option<String>,
    handle: Option<i64>,
    kind: Option<String>,
    id: Option<String>,
}

impl Record for Interface {
    const NAME: &'static str = "ObjectInterface";
    const MEMBERS: &'static [&'static str] = &["qType", "qHandle", "qGenericType", "qGenericId"];

    fn read_members<I: Input>(&mut self, input: &mut I) -> Result<(), I::Stop> {
        input.member(r#"qType":"#, &mut self.class)?;
        input.member(r#"qHandle":"#, &mut self.handle)?;
        input.member(r#"qGenericType":"#, &mut self.kind)?;
        input.member(r#"qGenericId":"#, &mut self.id)
    }

    fn place(&mut self, index: usize) -> Option<&mut dyn Place> {
        match index {
            0 => Some(&mut self.class),
            1 => Some(&mut self.handle),
            2 => Some(&mut self.kind),
            3 => Some(&mut self.id),
            _ => None,
        }
    }

    fn write_members<S: serde::ser::SerializeMap>(
        &self,
        out: &mut crate::wire::Members<'_, S>,
    ) -> Result<(), S::Error> {
        out.given("qType", &self.class)?;
        out.given("qHandle", &self.handle)?;
        out.given("qGenericType", &self.kind)?;
        out.given("qGenericId", &self.id)
    }
}

crate::wire_record!(Interface);
