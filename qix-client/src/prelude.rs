//! What most programs need, in one `use`.
//!
//! ```
//! use qix_client::prelude::*;
//! ```

pub use qix_schema::types::*;
pub use qix_schema::*;

#[cfg(feature = "arrow")]
pub use crate::{BatchStream, ColumnType, RecordBatches};
pub use crate::{
    ConnectError, FieldValues, Layouts, Lists, LoadError, LoadRows, Reload, RowStream, Rows, RowsError, ScriptError,
    Select, SelectError, SelectListed, SelectModally, Session, Watch, WithProgress,
};
