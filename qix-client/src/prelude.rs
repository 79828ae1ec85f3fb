//! What most programs need, in one `use`: the session, the traits with all methods, the handles, the types of the engine,
//! and the errors that a program tells apart.
//!
//! ```
//! use qix_client::prelude::*;
//! ```
//!
//! The error of a call is not in it, as many programs have an `Error` of their own: it is [`qix_client::Error`](crate::Error).

pub use qix_schema::types::*;
pub use qix_schema::{
    AsRemote, Class, Doc, DocApi, Field, FieldApi, GenericBookmark, GenericBookmarkApi, GenericDimension,
    GenericDimensionApi, GenericMeasure, GenericMeasureApi, GenericObject, GenericObjectApi, GenericVariable,
    GenericVariableApi, Global, GlobalApi, Variable, VariableApi,
};

#[cfg(feature = "arrow")]
pub use crate::arrow::{BatchStream, ColumnType};
pub use crate::load::LoadError;
pub use crate::reload::ScriptError;
pub use crate::rows::{RowStream, RowsError};
pub use crate::select::SelectError;
pub use crate::{CallExt, ConnectError, DocExt, GenericObjectExt, ObjectExt, Pending, Progress, Session};
