//! Functions that only load scripts have.

use super::Host;
use crate::expression::ast::Scripted;

/// Names with minimum and maximum number of arguments.
pub(super) const HOSTS: [(&str, Host, usize, usize); 16] = [
    ("MapSubString", Host::Scripted(Scripted::MapSubString), 2, 2),
    ("Lookup", Host::Scripted(Scripted::Lookup), 3, 4),
    ("FieldNumber", Host::Scripted(Scripted::FieldNumber), 2, 2),
    ("TableNumber", Host::Scripted(Scripted::TableNumber), 1, 1),
    ("FileBaseName", Host::Scripted(Scripted::FileBaseName), 0, 0),
    ("FileName", Host::Scripted(Scripted::FileName), 0, 0),
    ("FileExtension", Host::Scripted(Scripted::FileExtension), 0, 0),
    ("FilePath", Host::Scripted(Scripted::FilePath), 0, 0),
    ("FileDir", Host::Scripted(Scripted::FileDir), 0, 0),
    ("FileSize", Host::Scripted(Scripted::FileSize), 0, 1),
    ("FileTime", Host::Scripted(Scripted::FileTime), 0, 1),
    ("QvdNoOfRecords", Host::Scripted(Scripted::QvdNoOfRecords), 1, 1),
    ("QvdNoOfFields", Host::Scripted(Scripted::QvdNoOfFields), 1, 1),
    ("QvdFieldName", Host::Scripted(Scripted::QvdFieldName), 2, 2),
    ("QvdTableName", Host::Scripted(Scripted::QvdTableName), 1, 1),
    ("IsPartialReload", Host::Scripted(Scripted::IsPartialReload), 0, 0),
];
