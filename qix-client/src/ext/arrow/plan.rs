//! The types of columns, determined before the first row.

use std::sync::Arc;

use arrow_schema::{Field, Schema, SchemaRef};

use super::names::names;
use crate::ext::rows::RowsError;
use crate::ext::rows::column_type::ColumnType;
use crate::ext::rows::columns::{Columns, Target};

/// The schema, and the type of each column.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(super) schema: SchemaRef,
    pub(super) types: Vec<ColumnType>,
}

impl Plan {
    /// Plans the columns with the requested types.
    pub(super) fn new(columns: &Columns, asked: &[(String, ColumnType)]) -> Result<Self, RowsError> {
        let mut types: Vec<ColumnType> = columns.kinds().collect();
        for (name, kind) in asked {
            let Some(Target::Column(at)) = columns.find(name) else {
                let columns = columns.titles().map(str::to_owned).collect();
                return Err(RowsError::NoColumn { name: name.clone(), columns });
            };
            types[at] = *kind;
        }
        let fields = names(columns.titles()).into_iter().zip(&types);
        let fields: Vec<Field> = fields.map(|(name, kind)| Field::new(name, kind.data_type(), true)).collect();
        Ok(Self { schema: Arc::new(Schema::new(fields)), types })
    }
}
