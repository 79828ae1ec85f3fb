//! Deserializes a row of cells to any type.

use std::cell::{Cell as Slot, RefCell};
use std::rc::Rc;

use qix_schema::__private::Record;
use qix_schema::cells;
use qix_schema::types::NxCell;
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::RowsError;
use super::cell::{CellOf, Part, units};
use super::columns::{Columns, Target};
use super::decode_error::Problem;

/// Reads rows with the same columns.
pub(super) struct Reader<'c> {
    columns: &'c Columns,
    /// The columns where the type expects an optional number: of the cell, and of its numeric part.
    numbers: Vec<[Slot<bool>; 2]>,
    /// Whether such a column was found while reading the row.
    again: Slot<bool>,
    plan: RefCell<Option<RowPlan>>,
}

/// The sources of the fields of a struct.
#[derive(Clone)]
struct RowPlan {
    fields: &'static [&'static str],
    targets: Rc<[(&'static str, Target)]>,
}

impl<'c> Reader<'c> {
    pub(super) fn new(columns: &'c Columns) -> Self {
        let numbers = vec![[Slot::new(false), Slot::new(false)]; columns.len()];
        Self { columns, numbers, again: Slot::new(false), plan: RefCell::new(None) }
    }

    /// Reads a row by its number.
    pub(super) fn read<T: DeserializeOwned>(&self, row: usize, cells: cells::Row<'_>) -> Result<T, RowsError> {
        loop {
            match T::deserialize(RowReader { cells, reader: self }) {
                Ok(value) => return Ok(value),
                // The content of an `Option` is unknown until it is deserialized as `Some`.
                Err(_) if self.again.take() => {}
                Err(problem) => return Err(problem.in_row(row, self.columns)),
            }
        }
    }

    #[inline]
    pub(super) fn is_measure(&self, column: usize) -> bool {
        self.columns.get(column).is_some_and(|column| column.measure)
    }

    /// Whether the type expects an optional number in a column, or in its numeric part.
    pub(super) fn is_number(&self, column: usize, part: bool) -> bool {
        self.numbers.get(column).is_some_and(|number| number[usize::from(part)].get())
    }

    /// Records that the type expects an optional number.
    pub(super) fn wants_number(&self, column: usize, part: bool) {
        if self.numbers.get(column).is_some_and(|number| !number[usize::from(part)].replace(true)) {
            self.again.set(true);
        }
    }

    fn plan(&self, fields: &'static [&'static str]) -> Rc<[(&'static str, Target)]> {
        let mut plan = self.plan.borrow_mut();
        if let Some(plan) = plan.as_ref().filter(|plan| std::ptr::eq(plan.fields, fields)) {
            return Rc::clone(&plan.targets);
        }
        let found = fields.iter().filter_map(|name| self.columns.find(name).map(|target| (*name, target)));
        let mut targets: Vec<(&str, Target)> = Vec::new();
        for (name, target) in found {
            // One of several aliases of a field is enough.
            if !targets.iter().any(|(_, known)| *known == target) {
                targets.push((name, target));
            }
        }
        let targets: Rc<[_]> = targets.into();
        *plan = Some(RowPlan { fields, targets: Rc::clone(&targets) });
        targets
    }
}

/// A row.
#[derive(Clone, Copy)]
struct RowReader<'r> {
    cells: cells::Row<'r>,
    reader: &'r Reader<'r>,
}

impl<'r> RowReader<'r> {
    // Inlined with its caller, a cell stays in registers; otherwise it is copied from call to call.
    #[inline(always)]
    fn cell(self, column: usize) -> Result<CellOf<'r>, Problem> {
        let cell = self.cells.get(column).ok_or_else(|| Problem::new(format!("the row has no column {column}")))?;
        Ok(CellOf { cell, column, reader: self.reader, optional: false, part: false })
    }

    #[inline(always)]
    fn part(self, target: Target) -> Result<Part<'r>, Problem> {
        Ok(match target {
            Target::Column(column) => Part::Cell(self.cell(column)?),
            Target::State => Part::State(self.cell(0)?.cell.state.to_string()),
            Target::ElemNumber => Part::ElemNumber(self.cell(0)?.cell.elem_number),
        })
    }

    #[inline]
    fn value<'de, T: DeserializeSeed<'de>>(self, target: Target, seed: T) -> Result<T::Value, Problem> {
        let column = if let Target::Column(column) = target { column } else { 0 };
        self.part(target)?.read(seed).map_err(|problem| problem.in_column(column))
    }

    /// The only cell, for a type that is not a row.
    fn only(self) -> Result<CellOf<'r>, Problem> {
        match self.cells.len() {
            1 => self.cell(0),
            count => Err(Problem::new(format!("the type is a single value, and the row has {count}"))),
        }
    }

    fn by_title(self) -> Named<'r, impl Iterator<Item = (&'r str, Target)>> {
        let titles = self.reader.columns.titles().enumerate().map(|(at, title)| (title, Target::Column(at)));
        Named { row: self, names: titles, next: None }
    }
}

macro_rules! only {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
            self.only()?.$method(visitor).map_err(|problem| problem.in_column(0))
        }
    )*};
}

impl<'de> Deserializer<'de> for RowReader<'_> {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_map(self.by_title())
    }

    only! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
        deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf
        deserialize_identifier
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.cells.len() {
            1 => self.cell(0)?.deserialize_option(visitor).map_err(|problem| problem.in_column(0)),
            _ => visitor.visit_some(self),
        }
    }

    units! {}

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Problem> {
        match name {
            NxCell::NAME => self.only()?.deserialize_newtype_struct(name, visitor),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_seq(Positions { row: self, next: 0, end: self.cells.len() })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Problem> {
        let count = self.cells.len();
        let with_state = self.reader.columns.of_list && length == count + 1;
        if length != count && !with_state {
            return Err(Problem::new(format!("the type has {length} values, and the row has {count}")));
        }
        visitor.visit_seq(Positions { row: self, next: 0, end: length })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Problem> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_map(self.by_title())
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        let targets = self.reader.plan(fields);
        visitor.visit_map(Named { row: self, names: targets.iter().copied(), next: None })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        self.only()?.deserialize_enum(name, variants, visitor).map_err(|problem| problem.in_column(0))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_unit()
    }
}

/// Values by their names.
struct Named<'r, I> {
    row: RowReader<'r>,
    names: I,
    next: Option<Target>,
}

impl<'de, 'n, I: Iterator<Item = (&'n str, Target)>> MapAccess<'de> for Named<'_, I> {
    type Error = Problem;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Problem> {
        let Some((name, target)) = self.names.next() else { return Ok(None) };
        self.next = Some(target);
        seed.deserialize(StrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Problem> {
        let target = self.next.take().ok_or_else(|| Problem::new("a value was requested before its name"))?;
        self.row.value(target, seed)
    }
}

/// Values by position; the value of a list is followed by its state.
struct Positions<'r> {
    row: RowReader<'r>,
    next: usize,
    end: usize,
}

impl<'de> SeqAccess<'de> for Positions<'_> {
    type Error = Problem;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Problem> {
        if self.next == self.end {
            return Ok(None);
        }
        let target = if self.next < self.row.cells.len() { Target::Column(self.next) } else { Target::State };
        self.next += 1;
        self.row.value(target, seed).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.end - self.next)
    }
}
