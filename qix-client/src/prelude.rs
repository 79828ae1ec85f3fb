//! Common items for a single `use`: the session, the traits with all methods, the handles, the types of the engine,
//! and error types to match on.
//!
//! ```
//! use qix_client::prelude::*;
//! ```
//!
//! It does not contain [`qix_client::Error`](crate::Error), because many programs define their own `Error`.

pub use qix_schema::types::*;
pub use qix_schema::{
    AsRemote, Class, Doc, DocApi, Field, FieldApi, GenericBookmark, GenericBookmarkApi, GenericDimension,
    GenericDimensionApi, GenericMeasure, GenericMeasureApi, GenericObject, GenericObjectApi, GenericVariable,
    GenericVariableApi, Global, GlobalApi, Variable, VariableApi,
};

#[cfg(feature = "arrow")]
pub use crate::arrow::{BatchStream, ColumnType};
pub use crate::expression::ExpressionError;
pub use crate::load::LoadError;
pub use crate::reload::ScriptError;
pub use crate::rows::{RowStream, RowsError};
pub use crate::select::SelectError;
pub use crate::stored::{CopyExt, HasProperties};
pub use crate::{CallExt, ConnectError, DocExt, GenericObjectExt, ObjectExt, OptionalExt, Pending, Progress, Session};
