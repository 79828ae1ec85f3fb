//! The state that each method of the schema sets in a session.

use qix_schema::rpc::Method;

/// The state that a method sets, and that a new session does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sets {
    /// None: it changes the app, creates objects, or has no effect after the call.
    Nothing,
    /// A selection that can be repeated with the same call.
    Selection,
    /// A selection that replaces the previous one in its field.
    FieldSelection,
    /// A selection by element numbers or positions. They can mean other values after a reload.
    ByNumber,
    /// A selection that depends on the history of selections.
    FromHistory,
    /// A lock or unlock.
    Lock,
    /// Clears all selections of a state.
    ClearAll,
    NewState,
    NoState,
    /// Starts selection mode.
    Modal,
    /// Ends selection mode.
    EndModal,
    /// The view of an object in this session: expanded nodes, searches, drill-downs.
    View,
    /// Patches; soft ones last as long as the session.
    Patches,
    NoPatches,
    NoPatchesAnywhere,
    /// The value of a variable, which lasts as long as the session.
    Value,
    NewVariable,
    NoVariable,
    /// The properties of a variable; those of a session variable are the session's.
    VariableProperties,
    NoObject,
    /// The definition of a session object whose recipe the client keeps.
    Definition,
    /// A setting that overrides earlier ones.
    Setting,
    /// State that later calls may build on.
    Other,
    /// Data in memory until the app is saved.
    Data,
    Save,
    /// The selections of a bookmark. Applying it has another effect then.
    Bookmark,
}

const METHODS: &[(Sets, &[&str])] = &[
    (
        Sets::Selection,
        &[
            "Doc.ApplyAndVerifyBookmark",
            "Doc.ApplyBookmark",
            "Doc.ApplyTemporaryBookmark",
            "Field.ClearAllButThis",
            "Field.SelectAll",
            "Field.SelectAlternative",
            "Field.SelectExcluded",
            "Field.SelectPossible",
            "Field.ToggleSelect",
            "GenericBookmark.Apply",
            "GenericBookmark.ApplyAndVerify",
            "GenericObject.AcceptListObjectSearch",
            "GenericObject.ClearSelections",
            "GenericObject.MultiRangeSelectHyperCubeValues",
            "GenericObject.RangeSelectHyperCubeValues",
            "GenericObject.ResetMadeSelections",
            "GenericObject.SelectHyperCubeContinuousRange",
            "GenericObject.SelectListObjectAll",
            "GenericObject.SelectListObjectAlternative",
            "GenericObject.SelectListObjectContinuousRange",
            "GenericObject.SelectListObjectExcluded",
            "GenericObject.SelectListObjectPossible",
        ],
    ),
    (Sets::FieldSelection, &["Field.Clear", "Field.Select", "Field.SelectValues"]),
    (
        Sets::ByNumber,
        &[
            "Doc.SelectAssociations",
            "Field.LowLevelSelect",
            "GenericObject.MultiRangeSelectTreeDataValues",
            "GenericObject.SelectHyperCubeCells",
            "GenericObject.SelectHyperCubeValues",
            "GenericObject.SelectListObjectValues",
            "GenericObject.SelectPivotCells",
        ],
    ),
    (Sets::FromHistory, &["Doc.Back", "Doc.Forward", "Doc.RestoreTempSelectionState"]),
    (
        Sets::Lock,
        &["Doc.LockAll", "Doc.UnlockAll", "Field.Lock", "Field.Unlock", "GenericObject.Lock", "GenericObject.Unlock"],
    ),
    (Sets::ClearAll, &["Doc.ClearAll"]),
    (Sets::NewState, &["Doc.AddAlternateState", "Doc.AddSessionAlternateState"]),
    (Sets::NoState, &["Doc.RemoveAlternateState", "Doc.RemoveSessionAlternateState"]),
    (Sets::Modal, &["GenericObject.BeginSelections"]),
    (Sets::EndModal, &["Doc.AbortModal", "GenericObject.EndSelections"]),
    (
        Sets::View,
        &[
            "GenericObject.AbortListObjectSearch",
            "GenericObject.CollapseLeft",
            "GenericObject.CollapseTop",
            "GenericObject.DrillUp",
            "GenericObject.ExpandLeft",
            "GenericObject.ExpandTop",
            "GenericObject.SearchListObjectFor",
            "GenericObject.SetActiveField",
            "GenericObject.StepCycle",
        ],
    ),
    (Sets::Patches, &["GenericObject.ApplyPatches"]),
    (Sets::NoPatches, &["GenericObject.ClearSoftPatches"]),
    (Sets::NoPatchesAnywhere, &["Doc.ClearAllSoftPatches"]),
    (
        Sets::Value,
        &[
            "GenericVariable.SetDualValue",
            "GenericVariable.SetNumValue",
            "GenericVariable.SetStringValue",
            "Variable.ForceContent",
            "Variable.SetContent",
        ],
    ),
    (Sets::NewVariable, &["Doc.CreateSessionVariable"]),
    (
        Sets::NoVariable,
        &["Doc.DestroySessionVariable", "Doc.DestroySessionVariableById", "Doc.DestroySessionVariableByName"],
    ),
    (Sets::VariableProperties, &["GenericVariable.ApplyPatches", "GenericVariable.SetProperties"]),
    (Sets::NoObject, &["Doc.DestroyObject", "Doc.DestroySessionObject", "GenericObject.DestroyChild"]),
    (
        Sets::Setting,
        &[
            "Doc.SetFetchLimit",
            "Doc.SetLooselyCoupledVector",
            "Field.SetAndMode",
            "Field.SetNxProperties",
            "Global.ConfigureReload",
        ],
    ),
    (
        Sets::Other,
        &[
            "Doc.AddFieldFromExpression",
            "Doc.ApplyGroupStates",
            "GenericDimension.SetActiveField",
            "GenericDimension.StepCycle",
        ],
    ),
    (Sets::Data, &["Doc.DoReload", "Doc.DoReloadEx", "Doc.Scramble"]),
    (Sets::Save, &["Doc.DoSave"]),
    (Sets::Bookmark, &["Doc.ReplaceBookmark"]),
];

/// All other methods, so that a test fails for a new one.
#[cfg(test)]
const NOTHING: &[&str] = &[
    "Doc.ChangeSessionAppOwner",
    "Doc.ChangeSessionAppSpace",
    "Doc.ClearUndoBuffer",
    "Doc.CloneBookmark",
    "Doc.CloneDimension",
    "Doc.CloneMeasure",
    "Doc.CloneObject",
    "Doc.CommitDraft",
    "Doc.CommitScript",
    "Doc.CreateBookmark",
    "Doc.CreateBookmarkEx",
    "Doc.CreateConnection",
    "Doc.CreateDimension",
    "Doc.CreateDraft",
    "Doc.CreateMeasure",
    "Doc.CreateObject",
    "Doc.CreateSessionObject",
    "Doc.CreateTemporaryBookmark",
    "Doc.CreateVariable",
    "Doc.CreateVariableEx",
    "Doc.DeleteConnection",
    "Doc.DestroyBookmark",
    "Doc.DestroyDimension",
    "Doc.DestroyDraft",
    "Doc.DestroyMeasure",
    "Doc.DestroyVariableById",
    "Doc.DestroyVariableByName",
    "Doc.ExportReducedData",
    "Doc.GetOrCreateObject",
    "Doc.ModifyConnection",
    "Doc.Publish",
    "Doc.Redo",
    "Doc.RemoveVariable",
    "Doc.Resume",
    "Doc.SaveAs",
    "Doc.SaveObjects",
    "Doc.SendGenericCommandToCustomConnector",
    "Doc.SetAppProperties",
    "Doc.SetFavoriteVariables",
    "Doc.SetProhibitBinaryLoad",
    "Doc.SetScript",
    "Doc.SetScriptBreakpoints",
    "Doc.SetViewDlgSaveInfo",
    "Doc.StoreTempSelectionState",
    "Doc.TransformApp",
    "Doc.Undo",
    "GenericBookmark.ApplyPatches",
    "GenericBookmark.Approve",
    "GenericBookmark.Publish",
    "GenericBookmark.SetProperties",
    "GenericBookmark.UnApprove",
    "GenericBookmark.UnPublish",
    "GenericDimension.ApplyPatches",
    "GenericDimension.Approve",
    "GenericDimension.Publish",
    "GenericDimension.SetProperties",
    "GenericDimension.UnApprove",
    "GenericDimension.UnPublish",
    "GenericMeasure.ApplyPatches",
    "GenericMeasure.Approve",
    "GenericMeasure.Publish",
    "GenericMeasure.SetProperties",
    "GenericMeasure.UnApprove",
    "GenericMeasure.UnPublish",
    "GenericObject.AddGroupMembers",
    "GenericObject.Approve",
    "GenericObject.CopyFrom",
    "GenericObject.CreateChild",
    "GenericObject.CreateGroup",
    "GenericObject.DestroyAllChildren",
    "GenericObject.EmbedSnapshotObject",
    "GenericObject.ExportData",
    "GenericObject.Publish",
    "GenericObject.RemoveGroup",
    "GenericObject.RemoveGroupMembers",
    "GenericObject.SetChildArrayOrder",
    "GenericObject.SetFullPropertyTree",
    "GenericObject.SetGroupLabel",
    "GenericObject.SetProperties",
    "GenericObject.UnApprove",
    "GenericObject.UnPublish",
    "Variable.SetNxProperties",
    "Global.AbortAll",
    "Global.AbortRequest",
    "Global.CancelReload",
    "Global.CancelRequest",
    "Global.CopyApp",
    "Global.CreateApp",
    "Global.CreateDocEx",
    "Global.CreateSessionApp",
    "Global.CreateSessionAppFromApp",
    "Global.DeleteApp",
    "Global.ExportApp",
    "Global.GetInteract",
    "Global.GetProgress",
    "Global.InteractDone",
    "Global.OpenDoc",
    "Global.PublishApp",
    "Global.ReloadExtensionList",
    "Global.ReplaceAppFromID",
    "Global.SaveAs",
    "Global.ShutdownProcess",
];

impl Sets {
    /// The state that a method sets. An unknown method is assumed to set nothing.
    pub(crate) fn of(method: Method) -> Self {
        let is = |known: &&&str| known.split_once('.') == Some((method.class, method.name));
        METHODS.iter().find(|(_, names)| names.iter().any(|name| is(&name))).map_or(Self::Nothing, |(sets, _)| *sets)
    }

    /// Whether it only ends state that was set before.
    pub(super) fn ends(self) -> bool {
        use Sets::{Bookmark, EndModal, NoObject, NoPatches, NoPatchesAnywhere, NoState, NoVariable, Save};
        matches!(self, Bookmark | EndModal | NoObject | NoPatches | NoPatchesAnywhere | NoState | NoVariable | Save)
    }

    /// Whether it is about selections.
    pub(super) fn selects(self) -> bool {
        use Sets::{ByNumber, ClearAll, EndModal, FieldSelection, FromHistory, Lock, Modal, Selection};
        matches!(self, Selection | FieldSelection | ByNumber | FromHistory | Lock | ClearAll | Modal | EndModal)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_write_of_the_schema_is_in_the_table_once() {
        let facts: serde_json::Value = serde_json::from_str(qix_schema::COMPANION).unwrap();
        let writes: BTreeSet<_> =
            facts["writes"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        let listed: Vec<_> = METHODS.iter().flat_map(|(_, names)| *names).chain(NOTHING).copied().collect();
        let known: BTreeSet<_> = listed.iter().copied().collect();
        assert_eq!(listed.len(), known.len(), "a method is listed twice");
        assert_eq!(known, writes);
    }
}
