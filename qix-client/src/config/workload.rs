//! The kind of work that a session is for.

use std::fmt;

/// What a session of Qlik Cloud is for, so that the service can place it on a suitable engine.
///
/// The values are those of [`@qlik/api`](https://www.npmjs.com/package/@qlik/api) 2.19.0, which says nothing about their
/// effect. The descriptions here only spell out the names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WorkloadType {
    /// A user works with the app: `interact`.
    Interact,
    /// A report is made: `report`.
    Report,
    /// An app is reloaded: `reload`.
    Reload,
    /// A user reloads the app on an engine for reloads: `interactive-reload`, which `@qlik/api` sends for its option
    /// `useReloadEngine`.
    InteractiveReload,
    /// Data is prepared: `prepare`.
    Prepare,
    /// Data is analyzed: `analyse`.
    Analyze,
    /// An app is generated on demand: `odag`.
    Odag,
    /// A data flow runs: `dataflows`.
    DataFlows,
    /// A dynamic view is refreshed: `dynamicviews`.
    DynamicViews,
    /// An app is generated: `appgeneration`.
    AppGeneration,
    /// An app is evaluated: `evaluate`.
    Evaluate,
    /// Data is profiled: `profile`.
    Profile,
    /// Data integration generates a QVD file: `di-qvd-gen`.
    QvdGeneration,
    /// An alert is previewed: `alert-preview`.
    AlertPreview,
    /// Alerts are evaluated: `alert-evaluations`.
    AlertEvaluations,
    /// A report is made for analysis: `reporting-analytic`.
    ReportingAnalytic,
    /// Reports are made in a batch: `reporting-batch`.
    ReportingBatch,
    /// An automation runs: `automation`.
    Automation,
    /// Insight Advisor uses the app: `insight-advisor`.
    InsightAdvisor,
    /// Data is loaded for machine learning: `automl-load`.
    AutoMlLoad,
    /// Data is discovered: `discovery`.
    Discovery,
    /// A value that is not in this list.
    Other(String),
}

impl WorkloadType {
    /// The value as the address has it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Interact => "interact",
            Self::Report => "report",
            Self::Reload => "reload",
            Self::InteractiveReload => "interactive-reload",
            Self::Prepare => "prepare",
            Self::Analyze => "analyse",
            Self::Odag => "odag",
            Self::DataFlows => "dataflows",
            Self::DynamicViews => "dynamicviews",
            Self::AppGeneration => "appgeneration",
            Self::Evaluate => "evaluate",
            Self::Profile => "profile",
            Self::QvdGeneration => "di-qvd-gen",
            Self::AlertPreview => "alert-preview",
            Self::AlertEvaluations => "alert-evaluations",
            Self::ReportingAnalytic => "reporting-analytic",
            Self::ReportingBatch => "reporting-batch",
            Self::Automation => "automation",
            Self::InsightAdvisor => "insight-advisor",
            Self::AutoMlLoad => "automl-load",
            Self::Discovery => "discovery",
            Self::Other(value) => value,
        }
    }
}

impl fmt::Display for WorkloadType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
