//! Column types.

use arrow_schema::{DataType, Field, Fields, TimeUnit};
use qix_schema::types::{FieldAttrType, NxAttrExprInfo, NxDimensionInfo, NxMeasureInfo};

/// The type of a column of record batches; see [`record_batches`](crate::GenericObjectExt::record_batches).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColumnType {
    /// The formatted string: `Utf8`. Accepts every value.
    #[default]
    Text,
    /// A number: `Float64`. Dates are days since December 30, 1899; times are fractions of a day.
    Number,
    /// An integer: `Int64`.
    Integer,
    /// A date: `Date32`.
    Date,
    /// A timestamp without a time zone: `Timestamp(Microsecond)`.
    Timestamp,
    /// A boolean: `Boolean`. In the engine's expression language, true is -1; here, any number except 0 is true, and so
    /// is the string `true` in any case. The string `false` is false.
    Boolean,
    /// String and number: a `Struct` of `text` and `num`, which is null if the value is not numeric. Accepts every
    /// value.
    Dual,
}

impl ColumnType {
    /// The Arrow type.
    pub fn data_type(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Number => DataType::Float64,
            Self::Integer => DataType::Int64,
            Self::Date => DataType::Date32,
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
            Self::Boolean => DataType::Boolean,
            Self::Dual => DataType::Struct(dual_fields()),
        }
    }

    /// The type in error messages.
    pub(crate) fn values(self) -> &'static str {
        match self {
            Self::Text => "texts",
            Self::Number => "numbers",
            Self::Integer => "integers",
            Self::Date => "dates",
            Self::Timestamp => "timestamps",
            Self::Boolean => "true and false",
            Self::Dual => "texts with numbers",
        }
    }

    /// The type of a field with these tags, such as those in
    /// [`FieldInTableData`](qix_schema::types::FieldInTableData).
    ///
    /// ```
    /// use qix_client::arrow::ColumnType;
    ///
    /// assert_eq!(ColumnType::of_tags(&["$numeric", "$integer", "$timestamp", "$date"]), ColumnType::Date);
    /// assert_eq!(ColumnType::of_tags(&["$ascii", "$text"]), ColumnType::Text);
    /// ```
    pub fn of_tags(tags: &[impl AsRef<str>]) -> Self {
        Self::of(tags, &FieldAttrType::Unknown)
    }

    /// Derives the type from a field's tags and number format.
    pub(crate) fn of_dimension(info: &NxDimensionInfo) -> Self {
        Self::of(&info.tags, &info.num_format.type_)
    }

    fn of(tags: &[impl AsRef<str>], format: &FieldAttrType) -> Self {
        let tagged = |tag: &str| tags.iter().any(|own| own.as_ref() == tag);
        let (whole, date, moment) = (tagged("$integer"), tagged("$date"), tagged("$timestamp"));
        let numeric = whole || date || moment || tagged("$numeric");
        if tagged("$boolean") {
            Self::Boolean
        } else if !numeric || tagged("$text") {
            Self::Text
        } else if date || moment || matches!(format, FieldAttrType::Date | FieldAttrType::Timestamp) {
            let of_days = (whole || date) && *format != FieldAttrType::Timestamp;
            if of_days { Self::Date } else { Self::Timestamp }
        } else if whole {
            Self::Integer
        } else {
            Self::Number
        }
    }

    /// Derives the type from the number format and the bounds of a measure; the layout contains nothing else.
    pub(crate) fn of_measure(info: &NxMeasureInfo) -> Self {
        Self::of_expression(&info.num_format.type_, has_texts(info))
    }

    /// Derives the type of an attribute expression. The formatted bounds are missing from the layout if the results are
    /// texts.
    pub(crate) fn of_attribute(info: &NxAttrExprInfo) -> Self {
        let no_bounds = info.min_text.is_empty() && info.max_text.is_empty();
        Self::of_expression(&info.num_format.type_, no_bounds && (info.min.is_nan() || info.min == info.max))
    }

    fn of_expression(format: &FieldAttrType, has_texts: bool) -> Self {
        match format {
            FieldAttrType::Date => Self::Date,
            FieldAttrType::Timestamp => Self::Timestamp,
            FieldAttrType::Ascii => Self::Text,
            FieldAttrType::Unknown if has_texts => Self::Text,
            _ => Self::Number,
        }
    }
}

/// Whether results without a format are text: they have no bounds or, with some engines, 0 for both.
fn has_texts(info: &NxMeasureInfo) -> bool {
    let no_bounds = info.min.is_nan() && info.max.is_nan();
    no_bounds || info.min == 0.0 && info.max == 0.0 && info.appr_max_glyph_count > 1
}

pub(crate) fn dual_fields() -> Fields {
    Fields::from(vec![Field::new("text", DataType::Utf8, true), Field::new("num", DataType::Float64, true)])
}

#[cfg(test)]
mod tests {
    use qix_schema::types::{FieldAttrType, FieldAttributes, NxDimensionInfo, NxMeasureInfo};

    use super::ColumnType::{self, Boolean, Date, Integer, Number, Text, Timestamp};

    #[test]
    fn tags_and_formats_determine_the_type_of_a_dimension() {
        use FieldAttrType::{Date as D, Integer as I, Time as T, Timestamp as Ts, Unknown as U};
        let of = |tags: &[&str], format| {
            let info = NxDimensionInfo::default().with_tags(tags.to_vec());
            ColumnType::of_dimension(&info.with_num_format(FieldAttributes::default().with_type(format)))
        };
        let dates = ["$key", "$numeric", "$integer", "$timestamp", "$date"];
        assert_eq!(of(&dates, D), Date);
        assert_eq!(of(&dates, Ts), Timestamp, "midnights");
        assert_eq!(of(&["$numeric", "$timestamp"], Ts), Timestamp);
        assert_eq!(of(&["$numeric", "$timestamp"], D), Timestamp, "shown as days, but with parts of days");
        assert_eq!(of(&["$numeric"], D), Timestamp);
        assert_eq!(of(&["$numeric", "$integer"], D), Date);
        assert_eq!(of(&["$date"], U), Date);
        assert_eq!(of(&["$numeric", "$integer"], U), Integer, "months, say");
        assert_eq!(of(&["$numeric", "$integer"], I), Integer);
        assert_eq!(of(&["$numeric"], T), Number);
        assert_eq!(of(&["$ascii", "$text"], I), Text);
        assert_eq!(of(&[], U), Text);
        assert_eq!(of(&[], D), Text, "numbers and texts");
        assert_eq!(of(&["$numeric", "$integer", "$boolean"], U), Boolean);
    }

    #[test]
    fn formats_and_bounds_determine_the_type_of_a_measure() {
        use FieldAttrType::{Ascii, Date as D, Fix, Interval, Money, Real, Timestamp as Ts, Unknown as U};
        let of = |format, [min, max]: [f64; 2], glyphs| {
            let info = NxMeasureInfo::default().with_min(min).with_max(max).with_appr_max_glyph_count(glyphs);
            ColumnType::of_measure(&info.with_num_format(FieldAttributes::default().with_type(format)))
        };
        let nan = [f64::NAN; 2];
        for format in [Fix, Money, Real, Interval] {
            assert_eq!(of(format, nan, 1), Number);
        }
        assert_eq!(of(D, nan, 1), Date);
        assert_eq!(of(Ts, nan, 1), Timestamp);
        assert_eq!(of(Ascii, [1.0, 2.0], 1), Text);
        assert_eq!(of(U, [1.0, 2.0], 7), Number);
        assert_eq!(of(U, nan, 7), Text);
        assert_eq!(of(U, [0.0; 2], 7), Text, "texts, by engines that give bounds to everything");
        assert_eq!(of(U, [0.0; 2], 1), Number, "nothing but 0");
    }
}
