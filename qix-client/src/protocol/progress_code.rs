//! The messages of long calls, by number.

use std::fmt;

use qix_schema::types::ProgressMessage;

/// The number of a progress message: what a long call is at. The engine's names are constants.
///
/// The names come from the schema of the vendor's client `@qlik/api` 2.19. Each has the prefix `LOCMSG_SCRIPTEDITOR_`
/// there.
///
/// ```
/// use qix_client::{types::ProgressMessage, progress::ProgressCode};
///
/// let message = ProgressMessage::default().with_message_code(21).with_message_parameters(["1,000".to_owned()]);
/// assert_eq!(ProgressCode::of(&message), ProgressCode::LINES_FETCHED);
/// assert_eq!(ProgressCode(21).to_string(), "21 LOCMSG_SCRIPTEDITOR_LINES_FETCHED");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProgressCode(pub i32);

macro_rules! codes {
    ($($name:ident = $number:literal,)*) => {
        impl ProgressCode {
            $(
                #[doc = concat!("`LOCMSG_SCRIPTEDITOR_", stringify!($name), "`, ", stringify!($number), ".")]
                pub const $name: Self = Self($number);
            )*

            /// The engine's name of the code.
            pub fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($number => Some(concat!("LOCMSG_SCRIPTEDITOR_", stringify!($name))),)*
                    _ => None,
                }
            }
        }
    };
}

codes! {
    EMPTY_MESSAGE = 0,
    PROGRESS_SAVING_STARTED = 1,
    PROGRESS_BYTES_LEFT = 2,
    PROGRESS_STORING_TABLES = 3,
    PROGRESS_QVD_ROWS_SO_FAR = 4,
    PROGRESS_CONNECTED = 5,
    PROGRESS_CONNECTING_TO = 6,
    PROGRESS_CONNECT_FAILED = 7,
    PROGRESS_QVD_ROWISH = 8,
    PROGRESS_QVD_COLUMNAR = 9,
    ERROR = 10,
    DONE = 11,
    LOAD_EXTERNAL_DATA = 12,
    PROGRESS_OLD_QVD_ISLOADING = 13,
    PROGRESS_QVC_LOADING = 14,
    PROGRESS_QVD_BUFFERED = 15,
    PROGRESS_QVC_PREPARING = 16,
    PROGRESS_QVC_APPENDING = 17,
    REMOVE_SYNTHETIC = 18,
    PENDING_LINKEDTABLE_FETCHING = 19,
    RELOAD = 20,
    LINES_FETCHED = 21,
    SEARCHINDEX_START = 22,
    SEARCHINDEX_FIELD = 23,
    SEARCHINDEX_SUCCESS = 24,
    SEARCHINDEX_FAILURE = 25,
    SEARCHINDEX_STARTABORT = 26,
    SEARCHINDEX_ENDABORT = 27,
    SEARCHINDEX_TIMEOUT = 28,
    SEARCHINDEX_OUTOFMEMORY = 29,
    ACCESS_DENIED_AFTER_RELOAD = 30,
    MERGED_UPDATES = 31,
    MERGED_INSERTS = 32,
    MERGED_DELETES = 33,
}

impl ProgressCode {
    /// The code of a message.
    pub fn of(message: &ProgressMessage) -> Self {
        Self(message.message_code)
    }
}

/// The number and, if it is known, the name.
impl fmt::Display for ProgressCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{} {name}", self.0),
            None => self.0.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_from_0_to_33_have_different_names() {
        let names: std::collections::BTreeSet<_> = (0..=33).map(|code| ProgressCode(code).name().unwrap()).collect();
        assert_eq!(names.len(), 34);
        assert_eq!((ProgressCode(-1).name(), ProgressCode(34).name()), (None, None));
        assert_eq!(ProgressCode(11_013).to_string(), "11013");
        assert_eq!(ProgressCode::MERGED_DELETES.to_string(), "33 LOCMSG_SCRIPTEDITOR_MERGED_DELETES");
    }
}
