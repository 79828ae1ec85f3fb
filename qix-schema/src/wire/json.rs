//! JSON values that are kept as text.

use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor, value};
use serde::ser::{Error, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::Wire;
use super::fault::Scanned;
use super::number::{Number, number};
use super::parts::{items, members, text};
use super::skip::skip;
use super::text::trim;

/// Any JSON value, kept as text. Preserves all digits, supports any depth, and avoids building values that are not
/// needed.
///
/// ```
/// use qix_schema::Json;
///
/// let color = Json::new(&serde_json::json!({ "index": 3 }))?;
/// assert_eq!(color.to::<serde_json::Value>()?["index"], 3);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct Json(Option<Box<str>>);

impl Json {
    /// Encodes a value.
    pub fn new<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        Ok(Self(Some(serde_json::to_string(value)?.into())))
    }

    /// Decodes the value.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.as_str())
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or("{}")
    }
}

/// `{}`
impl Default for Json {
    fn default() -> Self {
        Self(None)
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq for Json {
    /// Whether both values are equivalent, regardless of formatting.
    fn eq(&self, other: &Self) -> bool {
        is_same(self.as_str(), other.as_str(), 0)
    }
}

/// Deeper values are the same only if their texts are.
const DEEPEST: usize = 128;

/// Whether two texts are the same value.
fn is_same(this: &str, that: &str, depth: usize) -> bool {
    let (this, that) = (trim(this), trim(that));
    if this == that {
        return true;
    }
    match this.as_bytes().first() {
        _ if depth > DEEPEST => false,
        Some(b'{') => {
            let (Some(these), Some(those)) = (members(this), members(that)) else { return false };
            // Of members with the same name, the last one counts.
            let covers = |all: &[(_, &str)], others: &[(_, &str)]| {
                let last = |name: &_| others.iter().rfind(|(other, _)| other == name).map(|(_, value)| *value);
                all.iter().enumerate().all(|(at, (name, value))| {
                    all[at + 1..].iter().any(|(later, _)| later == name)
                        || last(name).is_some_and(|other| is_same(value, other, depth + 1))
                })
            };
            covers(&these, &those) && those.iter().all(|(name, _)| these.iter().any(|(other, _)| other == name))
        }
        Some(b'[') => {
            let (Some(these), Some(those)) = (items(this), items(that)) else { return false };
            these.len() == those.len() && these.iter().zip(those).all(|(this, that)| is_same(this, that, depth + 1))
        }
        Some(b'"') => text(this).is_some_and(|this| text(that).is_some_and(|that| this == that)),
        Some(b'-' | b'0'..=b'9') => match (number(this), number(that)) {
            (Ok((Number::Float(this), "")), Ok((Number::Float(that), ""))) => this == that,
            _ => false,
        },
        _ => false,
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(text) => serde_json::from_str::<&RawValue>(text).map_err(Error::custom)?.serialize(serializer),
            None => serializer.collect_map::<&str, &str, [(&str, &str); 0]>([]),
        }
    }
}

/// The name that `serde_json` uses internally for raw values. If it changes, [`Json`] still reads everything through
/// [`Value`].
const RAW: &str = "$serde_json::private::RawValue";

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(RAW, JsonVisitor)
    }
}

struct JsonVisitor;

impl JsonVisitor {
    fn keep<E: serde::de::Error>(value: &Value) -> Result<Json, E> {
        Json::new(value).map_err(E::custom)
    }
}

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let Some(first) = map.next_key::<String>()? else { return Ok(Json::default()) };
        if first == RAW {
            return Ok(Json(Some(map.next_value::<String>()?.into())));
        }
        let mut object = serde_json::Map::new();
        object.insert(first, map.next_value()?);
        while let Some((key, value)) = map.next_entry()? {
            object.insert(key, value);
        }
        Self::keep(&Value::Object(object))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        Self::keep(&Value::deserialize(deserializer)?)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Json, A::Error> {
        Self::keep(&Value::deserialize(value::SeqAccessDeserializer::new(list))?)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Json, E> {
        Self::keep(&text.into())
    }

    fn visit_bool<E: serde::de::Error>(self, flag: bool) -> Result<Json, E> {
        Self::keep(&flag.into())
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Json, E> {
        Self::keep(&number.into())
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Json, E> {
        Self::keep(&number.into())
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Json, E> {
        Self::keep(&number.into())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Json, E> {
        Self::keep(&Value::Null)
    }
}

impl Wire for Json {
    fn scan<'a>(&mut self, text: &'a str) -> Scanned<'a> {
        let text = trim(text);
        let rest = skip(text)?;
        *self = Self(Some(text[..text.len() - rest.len()].into()));
        Ok(rest)
    }

    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        *self = Self::deserialize(deserializer)?;
        Ok(())
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize(serializer)
    }

    fn is_absent(&self) -> bool {
        matches!(self.as_str(), "{}" | "null")
    }
}

#[cfg(test)]
mod tests {
    use super::Json;

    #[test]
    fn values_are_the_same_like_those_of_serde_json() {
        let texts = [
            "1",
            "2",
            "1.0",
            "1.00",
            "10e-1",
            "-0",
            "0",
            "null",
            "true",
            "false",
            "\"a\"",
            "\"\\u0061\"",
            "\"b\"",
            "[]",
            "[1, 2]",
            "[1,2]",
            "[2,1]",
            "{}",
            "{\"a\":1,\"b\":[null]}",
            "{\"b\":[ null ],\"a\":1}",
            "{\"a\":1}",
            "{\"\\u0061\":1}",
            "{\"a\":2,\"a\":1}",
            "{\"a\":1,\"a\":2}",
            "{\"a\":1.0}",
        ];
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        for this in texts {
            for that in texts {
                let [json, other] = [this, that].map(with_text);
                assert_eq!(json == other, value(this) == value(that), "{this} and {that}");
            }
        }
    }

    /// A value with exactly this text.
    fn with_text(text: &str) -> Json {
        Json(Some(text.into()))
    }
}
