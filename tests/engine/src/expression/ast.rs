//! The syntax tree of an expression.

use std::sync::Arc;

use super::functions::Function;
use crate::value::Dual;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A constant.
    Value(Dual),
    /// A field or variable by name, with its position in the text in bytes.
    Name(Arc<str>, usize, usize),
    /// A numbered value of the scope; binding turns names into slots.
    Slot(usize),
    /// An operator with one operand.
    Unary(Unary, Box<Expression>),
    /// An operator with two operands.
    Binary(Binary, Box<Expression>, Box<Expression>),
    /// A function that depends on its arguments only.
    Call(&'static Function, Vec<Expression>),
    /// A function that depends on the row or cell where it is evaluated.
    Host(Host, Vec<Expression>),
    /// The same with `TOTAL`.
    HostTotal(Host, Vec<Expression>),
    /// An aggregation.
    Aggregation(Box<Aggregation>),
    /// A numbered result of an aggregation in the scope.
    Aggregated(usize),
}

/// Operators with one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unary {
    /// `-`
    Negate,
    /// `+`
    Keep,
    /// `not`
    Not,
    /// `bitnot`
    BitNot,
}

/// Operators with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binary {
    /// `or`
    Or,
    /// `xor`
    Xor,
    /// `and`
    And,
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `like`
    Like,
    /// `precedes`
    Precedes,
    /// `follows`
    Follows,
    /// `&`
    Concatenate,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `bitand`
    BitAnd,
    /// `bitor`
    BitOr,
    /// `bitxor`
    BitXor,
}

/// A function that only load scripts have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scripted {
    /// A text with the substrings of a mapping table replaced.
    MapSubString,
    /// A value of a table, looked up by another value of its row.
    Lookup,
    /// Position of a field in a table.
    FieldNumber,
    /// Position of a table.
    TableNumber,
    /// Name of the current file, without its extension.
    FileBaseName,
    /// Name of the current file.
    FileName,
    /// Extension of the current file.
    FileExtension,
    /// Path of the current file.
    FilePath,
    /// Folder of the current file.
    FileDir,
    /// Size of a file.
    FileSize,
    /// When a file was modified.
    FileTime,
    /// Number of rows of a QVD file.
    QvdNoOfRecords,
    /// Number of fields of a QVD file.
    QvdNoOfFields,
    /// Name of a field of a QVD file.
    QvdFieldName,
    /// Name of the table in a QVD file.
    QvdTableName,
    /// Whether the reload is partial.
    IsPartialReload,
}

/// Functions that depend on the row or cell where they are evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    /// Number of the input row.
    RecNo,
    /// Number of the output row.
    RowNo,
    /// Iteration of `WHILE`.
    IterNo,
    /// A value of the previous row.
    Previous,
    /// A value of a loaded table.
    Peek,
    /// Whether a value exists in a field already.
    Exists,
    /// The value that a mapping table maps a value to.
    ApplyMap,
    /// A number for each new value.
    AutoNumber,
    /// Position of a value in its field.
    FieldIndex,
    /// Value at a position of a field.
    FieldValue,
    /// Number of values of a field.
    FieldValueCount,
    /// Number of rows.
    NoOfRows,
    /// Number of fields of a table.
    NoOfFields,
    /// Name of a field by its number.
    FieldName,
    /// Name of a table by its number.
    TableName,
    /// Number of tables.
    NoOfTables,
    /// Value in a row above.
    Above,
    /// Value in a row below.
    Below,
    /// Value in a column to the left.
    Before,
    /// Value in a column to the right.
    After,
    /// Value in a column counted from the first.
    First,
    /// Value in a column counted from the last.
    Last,
    /// Number of the column.
    ColumnNo,
    /// Number of columns.
    NoOfColumns,
    /// Rank among the columns.
    HRank,
    /// Value in a row counted from the first.
    Top,
    /// Value in a row counted from the last.
    Bottom,
    /// Value of another measure.
    Column,
    /// Rank among the rows.
    Rank,
    /// Number of dimensions that are not totals.
    Dimensionality,
    /// Number of selected values.
    GetSelectedCount,
    /// Number of possible values.
    GetPossibleCount,
    /// Number of excluded values.
    GetExcludedCount,
    /// Number of alternative values.
    GetAlternativeCount,
    /// Selected values of a field as text.
    GetFieldSelections,
    /// All selections as text.
    GetCurrentSelections,
    /// A function that only load scripts have.
    Scripted(Scripted),
    /// A random number.
    Random,
    /// This moment.
    Now,
    /// This day.
    Today,
}

/// An aggregation over the rows of the data.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregation {
    /// Which aggregation.
    pub kind: AggregationKind,
    /// The set of records; defaults to the current selections.
    pub set: Option<SetExpression>,
    /// Whether equal values count once.
    pub distinct: bool,
    /// Whether dimensions are ignored.
    pub total: Total,
    /// The values, and further arguments of the function.
    pub arguments: Vec<Expression>,
    /// How the dimensions of `Aggr` are sorted.
    pub orders: Vec<AggrOrder>,
}

/// How a dimension of `Aggr` is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AggrOrder {
    /// The sort criterion.
    pub by: AggrSort,
    /// Whether the order is descending.
    pub descending: bool,
}

/// What a dimension of `Aggr` is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AggrSort {
    /// The order in which the values were loaded.
    #[default]
    LoadOrder,
    /// The numbers of the values.
    Numeric,
    /// The texts of the values.
    Text,
}

/// Which aggregation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AggregationKind {
    /// An aggregation of values to one value.
    Plain(Aggregator),
    /// `Aggr`: a table of its first argument by its other arguments.
    Aggr,
}

/// The aggregation functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregator {
    /// The sum of numbers.
    Sum,
    /// The number of values.
    Count,
    /// The number of numeric values.
    NumericCount,
    /// The number of texts.
    TextCount,
    /// The number of nulls.
    NullCount,
    /// The number of nulls and empty texts.
    MissingCount,
    /// The mean of numbers.
    Avg,
    /// The smallest number.
    Min,
    /// The largest number.
    Max,
    /// The first text in alphabetical order.
    MinString,
    /// The last text in alphabetical order.
    MaxString,
    /// The value if there is only one.
    Only,
    /// All values as one text.
    Concat,
    /// The most frequent value.
    Mode,
    /// The middle number.
    Median,
    /// The number at a fraction of the sorted values.
    Fractile,
    /// The standard deviation of a sample.
    Stdev,
    /// The first value by load order.
    First,
    /// The last value by load order.
    Last,
    /// The value with the smallest weight.
    FirstSortedValue,
}

/// The `TOTAL` qualifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Total {
    /// Absent.
    No,
    /// Ignores all dimensions except these.
    Except(Vec<Arc<str>>),
}

/// A set of records.
#[derive(Debug, Clone, PartialEq)]
pub enum SetExpression {
    /// `1`: all records.
    All,
    /// `0`: no records.
    Nothing,
    /// `$`: the current selections.
    Current,
    /// `$1`, `$_1`: selections some steps back (or forward, if negative).
    Back(i64),
    /// An alternate state or a bookmark by name.
    Named(Arc<str>),
    /// A set with some selections changed.
    Modified(Box<SetExpression>, Vec<Modifier>),
    /// Two sets combined.
    Combined(SetOperator, Box<SetExpression>, Box<SetExpression>),
}

/// How sets combine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetOperator {
    /// `+`
    Union,
    /// `-`
    Without,
    /// `*`
    Intersection,
    /// `/`
    SymmetricDifference,
}

/// A changed selection in a set.
#[derive(Debug, Clone, PartialEq)]
pub struct Modifier {
    /// The field.
    pub field: Arc<str>,
    /// How the values are combined with the selected ones; `None` replaces them.
    pub operator: Option<SetOperator>,
    /// The values; `None` removes the selection.
    pub values: Option<Values>,
}

/// Values of a field in a set.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// A list of values and searches.
    List(Vec<Element>),
    /// `P(set field)`: possible values of a field in a set.
    Possible(Box<SetExpression>, Option<Arc<str>>),
    /// `E(set field)`: excluded values of a field in a set.
    Excluded(Box<SetExpression>, Option<Arc<str>>),
    /// Values of another field, as they are selected there.
    OfField(Arc<str>),
    /// Two sets of values combined.
    Combined(SetOperator, Box<Values>, Box<Values>),
}

/// A value or search in a set.
#[derive(Debug, Clone, PartialEq)]
pub enum Element {
    /// A value.
    Value(Dual),
    /// A search text, which can contain wildcards or comparisons, or be an expression.
    Search(Arc<str>),
}

impl Aggregation {
    /// The fields named outside of its arguments: in set modifiers and after `TOTAL`.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        let mut fields: Vec<&str> = Vec::new();
        if let Total::Except(names) = &self.total {
            fields.extend(names.iter().map(|name| &**name));
        }
        if let Some(set) = &self.set {
            set.fields(&mut fields);
        }
        fields.into_iter()
    }
}

impl SetExpression {
    fn fields<'a>(&'a self, fields: &mut Vec<&'a str>) {
        match self {
            Self::Modified(set, modifiers) => {
                set.fields(fields);
                for modifier in modifiers {
                    fields.push(&modifier.field);
                    if let Some(values) = &modifier.values {
                        values.fields(fields);
                    }
                }
            }
            Self::Combined(_, left, right) => {
                left.fields(fields);
                right.fields(fields);
            }
            Self::All | Self::Nothing | Self::Current | Self::Back(_) | Self::Named(_) => {}
        }
    }
}

impl Values {
    fn fields<'a>(&'a self, fields: &mut Vec<&'a str>) {
        match self {
            Self::Possible(set, field) | Self::Excluded(set, field) => {
                set.fields(fields);
                fields.extend(field.as_deref());
            }
            Self::OfField(field) => fields.push(field),
            Self::Combined(_, left, right) => {
                left.fields(fields);
                right.fields(fields);
            }
            Self::List(_) => {}
        }
    }
}
