//! Decodes and encodes by type name.

use qix_codegen::model::{IntFormat, TypeRef};
use qix_schema::wire::Wire;

use crate::pointer;
use crate::report::NotDecoded;

type RoundTrip = fn(&str) -> Result<String, NotDecoded>;

macro_rules! table {
    ($($wire:literal => $ty:ty,)*) => { &[$(($wire, through::<$ty> as RoundTrip)),*] };
}

/// All types of the schema.
#[allow(deprecated)]
static TYPES: &[(&str, RoundTrip)] = qix_schema::for_each_type!(table);

/// Decodes JSON text as a type and encodes it again.
pub(crate) fn round_trip(text: &str, ty: &TypeRef) -> Result<String, NotDecoded> {
    match ty {
        TypeRef::String => through::<String>(text),
        TypeRef::Boolean => through::<bool>(text),
        TypeRef::Number { .. } => through::<f64>(text),
        TypeRef::Integer(IntFormat::Int8) => through::<i8>(text),
        TypeRef::Integer(IntFormat::Byte | IntFormat::Int16) => through::<i16>(text),
        TypeRef::Integer(IntFormat::Int32) => through::<i32>(text),
        TypeRef::Integer(IntFormat::Int64 | IntFormat::Unstated) => through::<i64>(text),
        TypeRef::Integer(IntFormat::Uint8) => through::<u8>(text),
        TypeRef::Integer(IntFormat::Uint16) => through::<u16>(text),
        TypeRef::Integer(IntFormat::Uint32) => through::<u32>(text),
        TypeRef::Integer(IntFormat::Uint64) => through::<u64>(text),
        TypeRef::Named(name) => match TYPES.iter().find(|(wire, _)| wire == name) {
            Some((_, through)) => through(text),
            None => Err(NotDecoded::new("", format!("the schema has no type `{name}`"))),
        },
        TypeRef::List(items) => {
            let mut written = Vec::new();
            for (index, element) in pointer::elements(text)?.iter().enumerate() {
                let element = round_trip(element, items).map_err(|error| error.below(&format!("[{index}]")))?;
                written.push(element);
            }
            Ok(format!("[{}]", written.join(",")))
        }
    }
}

fn through<T: Wire + Default>(text: &str) -> Result<String, NotDecoded> {
    let value: T = qix_schema::decode(text).map_err(|error| {
        let place = if error.path == "." { String::new() } else { error.path };
        NotDecoded::new(place, error.cause)
    })?;
    qix_schema::encode(&value).map_err(|error| NotDecoded::new("", error))
}
