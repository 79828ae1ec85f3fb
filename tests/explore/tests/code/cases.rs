//! Calls, each on the object that the one before it has returned. Members do not have their default values, because the
//! typed call omits those.

pub(crate) const CASES: &[&str] = &[
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.GetField {"qFieldName": "Year", "qStateName": "$"}
    Field.Select {"qMatch": "2022", "qSoftLock": true}"##,
    r##"Global.OpenDoc {"qDocName": "sales", "qNoData": true}
    Doc.GetAppLayout"##,
    "Global.GetDocList",
    "Global.EngineVersion",
    "Global.GetAuthenticatedUser",
    r##"Global.ConfigureReload {"qCancelOnScriptError": true, "qUseErrorData": true, "qInteractOnError": false}"##,
    r##"Global.GetProgress {"qRequestId": 9007199254740991}"##,
    r##"Global.CreateSessionAppFromApp {"qSrcAppId": "sales"}
    Doc.GetAllInfos"##,
    r##"Global.CreateApp {"qAppName": "A \"new\" app\\#\n", "qLocalizedScriptMainSection": "Main"}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.Evaluate {"qExpression": "Sum({<Year={\"2022\"}>} Sales)"}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.EvaluateEx {"qExpression": "Sum(Sales)"}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.CheckExpression {"qExpr": "Sum(Sales)", "qLabels": ["a", "b"], "qStrictFieldValidation": true}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.GetTableData {"qOffset": 2, "qRows": 3, "qSyntheticMode": true, "qTableName": "Sales"}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.GetTablesAndKeys {"qWindowSize": {"qcx": 10}, "qNullSize": {}, "qCellHeight": 5, "qSyntheticMode": true, "qIncludeSysVars": false}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.GetObjects {"qOptions": {"qTypes": ["sheet", "table"], "qIncludeSessionObjects": true, "qData": {"a": [1, "b"]}}}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.SetScript {"qScript": "LOAD 1 AS \"#A\"\r\nAUTOGENERATE 1;\n"}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.DoReloadEx {"qParams": {"qMode": 1}}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.AddAlternateState {"qStateName": "other"}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.ClearAll {"qLockedAlso": true, "qStateName": "$"}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.Back"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.GetVariables {"qListDef": {"qType": "variable", "qShowReserved": true, "qData": {"tags": "/tags"}}}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.SearchResults {"qOptions": {"qSearchFields": ["Region"], "qContext": "CurrentSelections"}, "qTerms": ["north"], "qPage": {"qOffset": 1, "qCount": 5}}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.GetField {"qFieldName": "Year"}
    Field.GetCardinal"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.GetField {"qFieldName": "Year"}
    Field.SelectValues {"qFieldValues": [{"qIsNumeric": true, "qNumber": 2021.0}, {"qText": "2022"}], "qToggleMode": true}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.GetField {"qFieldName": "Year"}
    Field.LowLevelSelect {"qValues": [0, 2], "qToggleMode": true}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.GetField {"qFieldName": "Year"}
    Field.SetNxProperties {"qProperties": {"qOneAndOnlyOne": true}}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.GetField {"qFieldName": "Year"}
    Field.SelectAll"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.CreateSessionObject {"qProp": {"qInfo": {"qType": "table"}, "title": "A \"#title", "options": {"rows": [1, 2.5, null]}, "qHyperCubeDef": {"qDimensions": [{"qDef": {"qFieldDefs": ["Region"], "qSortCriterias": [{"qSortByNumeric": -1, "qExpression": {"qv": "=1"}}]}, "qNullSuppression": true}], "qMeasures": [{"qDef": {"qDef": "Sum(Sales)", "qNumFormat": {"qType": "F", "qnDec": 2, "qFmt": "0.0"}}}], "qSuppressZero": true, "qInterColumnSortOrder": [1, 0], "qInitialDataFetch": [{"qWidth": 2, "qHeight": 50}]}}}
    GenericObject.GetLayout"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.CreateSessionObject {"qProp": {"qInfo": {"qType": "cube"}, "qHyperCubeDef": {"qDimensions": [{"qDef": {"qFieldDefs": ["Year"]}}]}}}
    GenericObject.GetHyperCubeData {"qPath": "/qHyperCubeDef", "qPages": [{"qWidth": 1, "qHeight": 2}, {"qTop": 2, "qWidth": 1, "qHeight": 1}]}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.CreateSessionObject {"qProp": {"qInfo": {"qType": "cube"}, "qHyperCubeDef": {"qDimensions": [{"qDef": {"qFieldDefs": ["Year"]}}]}}}
    GenericObject.SelectHyperCubeValues {"qPath": "/qHyperCubeDef", "qDimNo": 0, "qValues": [1], "qToggleMode": true}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.CreateSessionObject {"qProp": {"qInfo": {"qType": "cube"}, "qHyperCubeDef": {"qDimensions": [{"qDef": {"qFieldDefs": ["Year"]}}], "qMeasures": [{"qDef": {"qDef": "Sum(Sales)"}}]}}}
    GenericObject.RangeSelectHyperCubeValues {"qPath": "/qHyperCubeDef", "qRanges": [{"qRange": {"qMin": 100.5, "qMax": 1000.0, "qMinInclEq": true}}], "qOrMode": true}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.CreateSessionObject {"qProp": {"qInfo": {"qType": "list"}, "qListObjectDef": {"qDef": {"qFieldDefs": ["Region"]}, "qShowAlternatives": true, "qInitialDataFetch": [{"qHeight": 3, "qWidth": 1}]}}}
    GenericObject.SearchListObjectFor {"qPath": "/qListObjectDef", "qMatch": "n*"}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.CreateSessionObject {"qProp": {"qInfo": {"qType": "list"}, "qListObjectDef": {"qDef": {"qFieldDefs": ["Region"]}}}}
    GenericObject.SelectListObjectValues {"qPath": "/qListObjectDef", "qValues": [0], "qToggleMode": false, "qSoftLock": true}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.CreateSessionObject {"qProp": {"qInfo": {"qType": "list"}, "qListObjectDef": {"qDef": {"qFieldDefs": ["Region"]}}}}
    GenericObject.BeginSelections {"qPaths": ["/qListObjectDef"]}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.CreateObject {"qProp": {"qInfo": {"qId": "sheet-1", "qType": "sheet"}, "rank": 1}}
    GenericObject.CreateChild {"qProp": {"qInfo": {"qType": "kpi"}}, "qPropForThis": {"qInfo": {"qId": "sheet-1", "qType": "sheet"}, "cells": []}}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.CreateObject {"qProp": {"qInfo": {"qId": "a", "qType": "chart"}}}
    GenericObject.ApplyPatches {"qPatches": [{"qPath": "/title", "qValue": "\"x\""}, {"qOp": "remove", "qPath": "/title"}], "qSoftPatch": true}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.CreateObject {"qProp": {"qInfo": {"qId": "a", "qType": "chart"}}}
    GenericObject.GetFullPropertyTree"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.CreateObject {"qProp": {"qInfo": {"qId": "a", "qType": "chart"}}}
    GenericObject.SetProperties {"qProp": {"qInfo": {"qId": "a", "qType": "chart"}, "qStateName": "other"}}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.CreateMeasure {"qProp": {"qInfo": {"qId": "m", "qType": "measure"}, "qMeasure": {"qLabel": "Sales", "qDef": "Sum(Sales)", "qGrouping": "C"}, "qMetaDef": {"title": "Sales"}}}
    GenericMeasure.GetMeasure"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.CreateDimension {"qProp": {"qInfo": {"qId": "d", "qType": "dimension"}, "qDim": {"qGrouping": "H", "qFieldDefs": ["Region", "Product"]}, "qMetaDef": {"title": "Place", "tags": ["a"]}}}
    GenericDimension.GetDimension"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.CreateVariableEx {"qProp": {"qInfo": {"qId": "v", "qType": "variable"}, "qName": "vTop", "qDefinition": "5", "qComment": "rows"}}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.CreateSessionVariable {"qProp": {"qInfo": {"qType": "variable"}, "qName": "vNow", "qDefinition": "1"}}
    GenericVariable.SetNumValue {"qVal": -1.5}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.CreateSessionVariable {"qProp": {"qInfo": {"qType": "variable"}, "qName": "vNow"}}
    GenericVariable.SetStringValue {"qVal": "it's \"5\""}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.CreateSessionVariable {"qProp": {"qInfo": {"qType": "variable"}, "qName": "vNow"}}
    GenericVariable.SetDualValue {"qText": "five", "qNum": 5.0}"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.CreateBookmark {"qProp": {"qInfo": {"qId": "b", "qType": "bookmark"}, "qMetaDef": {"title": "All"}, "creationDate": "2026-01-01"}}
    GenericBookmark.Apply"##,
    r##"Global.OpenDoc {"qDocName": "sales"}
    Doc.CreateBookmark {"qProp": {"qInfo": {"qId": "b", "qType": "bookmark"}}}
    GenericBookmark.GetLayout"##,
];
