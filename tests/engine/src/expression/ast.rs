//! The tree of an expression.

use std::sync::Arc;

use super::functions::Function;
use crate::value::Dual;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A constant.
    Value(Dual),
    /// A field or variable by name, with its place in the text in bytes.
    Name(Arc<str>, usize, usize),
    /// A value that the scope holds at a number; what binding makes of a name.
    Slot(usize),
    /// An operator with one operand.
    Unary(Unary, Box<Expression>),
    /// An operator with two operands.
    Binary(Binary, Box<Expression>, Box<Expression>),
    /// A function of its arguments alone.
    Call(&'static Function, Vec<Expression>),
    /// A function of the place where it is evaluated.
    Host(Host, Vec<Expression>),
    /// The same with `TOTAL`.
    HostTotal(Host, Vec<Expression>),
    /// An aggregation.
    Aggregation(Box<Aggregation>),
    /// The result of an aggregation that the scope holds at a number.
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
    /// A text with parts of it replaced as a map says.
    MapSubString,
    /// A value of a table, by another of its row.
    Lookup,
    /// Place of a field in a table.
    FieldNumber,
    /// Place of a table.
    TableNumber,
    /// Name of the file that is read, without its extension.
    FileBaseName,
    /// Name of the file that is read.
    FileName,
    /// Extension of the file that is read.
    FileExtension,
    /// Path of the file that is read.
    FilePath,
    /// Folder of the file that is read.
    FileDir,
    /// Size of a file.
    FileSize,
    /// When a file was changed.
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

/// Functions that look at the row or cell they are evaluated for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    /// Number of the row that is read.
    RecNo,
    /// Number of the row that is made.
    RowNo,
    /// Round of `WHILE`.
    IterNo,
    /// A value of the row before.
    Previous,
    /// A value of a table that is loaded.
    Peek,
    /// Whether a field has a value already.
    Exists,
    /// What a mapping table makes of a value.
    ApplyMap,
    /// A number for each new value.
    AutoNumber,
    /// Place of a value in its field.
    FieldIndex,
    /// Value at a place of a field.
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
    /// Number of dimensions without those that are totals.
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
    /// What is made of the values.
    pub kind: AggregationKind,
    /// The records it looks at, if not the current ones.
    pub set: Option<SetExpression>,
    /// Whether equal values count once.
    pub distinct: bool,
    /// Whether dimensions are disregarded.
    pub total: Total,
    /// The values, and what else the function wants.
    pub arguments: Vec<Expression>,
    /// How the dimensions of `Aggr` are sorted.
    pub orders: Vec<AggrOrder>,
}

/// How a dimension of `Aggr` is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AggrOrder {
    /// What counts.
    pub by: AggrSort,
    /// Whether the largest or last come first.
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
    /// One that makes a value of values.
    Plain(Aggregator),
    /// `Aggr`: a table of its first argument by its other arguments.
    Aggr,
}

/// What is made of the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregator {
    /// The sum of numbers.
    Sum,
    /// How many values there are.
    Count,
    /// How many numbers there are.
    NumericCount,
    /// How many texts there are.
    TextCount,
    /// How many nulls there are.
    NullCount,
    /// How many nulls and empty texts there are.
    MissingCount,
    /// The mean of numbers.
    Avg,
    /// The smallest number.
    Min,
    /// The largest number.
    Max,
    /// The first text by letter.
    MinString,
    /// The last text by letter.
    MaxString,
    /// The value if there is but one.
    Only,
    /// All values as one text.
    Concat,
    /// The most frequent value.
    Mode,
    /// The middle number.
    Median,
    /// The number at a part of the way.
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
    /// Not there.
    No,
    /// Disregards all dimensions but these.
    Except(Vec<Arc<str>>),
}

/// A set of records.
#[derive(Debug, Clone, PartialEq)]
pub enum SetExpression {
    /// `1`: all records.
    All,
    /// `0`: none.
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
    /// How the values meet those selected: none means in place of them.
    pub operator: Option<SetOperator>,
    /// The values; none takes the selection away.
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
    /// A search text, which may have wild cards, comparisons or be an expression.
    Search(Arc<str>),
}

impl Aggregation {
    /// The fields that it names outside of its arguments: in set modifiers and after `TOTAL`.
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
