//! Functions of scripts and charts that this engine does not implement.

/// The end of the message about such a function.
const MESSAGE: &str = "(): not implemented by the test engine";

/// The message about a function that the language has and this engine has not.
pub(super) fn message(name: &str) -> Option<String> {
    let name = FUNCTIONS.iter().find(|known| known.eq_ignore_ascii_case(name))?;
    Some(format!("{name}{MESSAGE}"))
}

/// The name of such a function, if an expression's error is about one.
pub(crate) fn named(message: &str) -> Option<&str> {
    message.strip_suffix(MESSAGE)
}

/// Functions of the reference that are not implemented. Implemented functions are looked up first.
pub(crate) const FUNCTIONS: &[&str] = &[
    "ACosh",
    "ApplyCodepage",
    "ASinh",
    "ATanh",
    "Attribute",
    "Author",
    "BetaDist",
    "BetaInv",
    "BinomDist",
    "BinomInv",
    "BlackAndSchole",
    "Chi2Test_p",
    "ChiDist",
    "ChiInv",
    "ClientPlatform",
    "ComputerName",
    "ConnectString",
    "ConvertToLocalTime",
    "Correl",
    "DayLightSaving",
    "DayNumberOfQuarter",
    "DocumentName",
    "DocumentPath",
    "DocumentTitle",
    "EngineVersion",
    "Evaluate",
    "FDist",
    "FieldComment",
    "FInv",
    "FirstWorkDate",
    "FractileExc",
    "FV",
    "GammaDist",
    "GammaInv",
    "GeoAggrGeometry",
    "GeoBoundingBox",
    "GeoCountVertex",
    "GeoGetBoundingBox",
    "GeoGetPolygonCenter",
    "GeoInvProjectGeometry",
    "GeoMakePoint",
    "GeoProject",
    "GeoProjectGeometry",
    "GeoReduceGeometry",
    "GetCollationLocale",
    "GetDataModelHash",
    "GetFolderPath",
    "GetObjectField",
    "GetRegistryString",
    "GetSysAttr",
    "GetUserAttr",
    "InDayToTime",
    "InLunarWeek",
    "InLunarWeekToDate",
    "InMonths",
    "InMonthsToDate",
    "InputAvg",
    "InputSum",
    "IPMT",
    "IRR",
    "IsJson",
    "JsonArray",
    "JsonGet",
    "JsonObject",
    "JsonSet",
    "JsonSetEx",
    "Kurtosis",
    "LastWorkDate",
    "LinEst_B",
    "LinEst_DF",
    "LinEst_F",
    "LinEst_M",
    "LinEst_R2",
    "LinEst_SEB",
    "LinEst_SEM",
    "LinEst_SEY",
    "LinEst_SSReg",
    "LinEst_SSResid",
    "LunarWeekEnd",
    "LunarWeekName",
    "LunarWeekStart",
    "MonthsEnd",
    "MonthsName",
    "MonthsStart",
    "MsgBox",
    "NoOfReports",
    "NormDist",
    "NormInv",
    "NPer",
    "NPV",
    "ObjectId",
    "OSUser",
    "PMT",
    "PoissonDist",
    "PoissonInv",
    "PPMT",
    "ProductVersion",
    "PV",
    "QlikTechBlue",
    "QlikTechGray",
    "QlikViewVersion",
    "QvdCreateTime",
    "QVUser",
    "RangeCorrel",
    "RangeFractile",
    "RangeFractileExc",
    "RangeIRR",
    "RangeKurtosis",
    "RangeMissingCount",
    "RangeMode",
    "RangeNPV",
    "RangeSkew",
    "RangeStdev",
    "RangeTextCount",
    "RangeXIRR",
    "RangeXNPV",
    "Rate",
    "RecentValue",
    "SetDateYear",
    "SetDateYearMonth",
    "Skew",
    "Sterr",
    "STEYX",
    "SysColor",
    "TDist",
    "TimeZone",
    "TInv",
    "TTest_Sig",
    "XIRR",
    "XNPV",
    "YearToDate",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_of_other_engines_is_not_reported_as_invalid() {
        let message = message("documentname").expect("it is a function of engines");
        assert_eq!(message, "DocumentName(): not implemented by the test engine");
        assert_eq!(named(&message), Some("DocumentName"));
        assert_eq!(super::message("NoSuch"), None);
        assert_eq!(named("'NoSuch' is not a valid function"), None);
    }
}
