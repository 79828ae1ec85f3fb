//! Written by `UPDATE=1 cargo test -p qix-explore --test code`.

use std::pin::Pin;

use qix_client::prelude::*;
use qix_client::Json;

type Outcome = Result<(), Box<dyn std::error::Error>>;

async fn call_0(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let field = doc.get_field("Year").state_name("$").await?;
    let result = field.select("2022").soft_lock(true).await?;
    Ok(())
}

async fn call_1(global: Global) -> Outcome {
    let doc = global.open_doc("sales").no_data(true).await?;
    let layout = doc.get_app_layout().await?;
    Ok(())
}

async fn call_2(global: Global) -> Outcome {
    let doc_list = global.get_doc_list().await?;
    Ok(())
}

async fn call_3(global: Global) -> Outcome {
    let version = global.engine_version().await?;
    Ok(())
}

async fn call_4(global: Global) -> Outcome {
    let result = global.get_authenticated_user().await?;
    Ok(())
}

async fn call_5(global: Global) -> Outcome {
    global.configure_reload(true, true, false).await?;
    Ok(())
}

async fn call_6(global: Global) -> Outcome {
    let progress_data = global.get_progress(9007199254740991).await?;
    Ok(())
}

async fn call_7(global: Global) -> Outcome {
    let doc = global.create_session_app_from_app("sales").await?.doc;
    let infos = doc.get_all_infos().await?;
    Ok(())
}

async fn call_8(global: Global) -> Outcome {
    let response = global
        .create_app("A \"new\" app\\#\n")
        .localized_script_main_section("Main")
        .await?;
    Ok(())
}

async fn call_9(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let result = doc.evaluate("Sum({<Year={\"2022\"}>} Sales)").await?;
    Ok(())
}

async fn call_10(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let value = doc.evaluate_ex("Sum(Sales)").await?;
    Ok(())
}

async fn call_11(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let response = doc
        .check_expression("Sum(Sales)")
        .labels(["a", "b"])
        .strict_field_validation(true)
        .await?;
    Ok(())
}

async fn call_12(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let data = doc.get_table_data(2, 3, true, "Sales").await?;
    Ok(())
}

async fn call_13(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let response = doc
        .get_tables_and_keys(
            Size::default().with_cx(10),
            Size::default(),
            5,
            true,
            false,
        )
        .await?;
    Ok(())
}

async fn call_14(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let list = doc
        .get_objects(
            NxGetObjectOptions::default()
                .with_types(["sheet", "table"])
                .with_include_session_objects(true)
                .with_data(serde_json::from_str::<Json>(r#"{"a":[1,"b"]}"#)?),
        )
        .await?;
    Ok(())
}

async fn call_15(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    doc.set_script("LOAD 1 AS \"#A\"\r\nAUTOGENERATE 1;\n").await?;
    Ok(())
}

async fn call_16(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let result = doc
        .do_reload_ex()
        .params(DoReloadExParams::default().with_mode(1))
        .await?;
    Ok(())
}

async fn call_17(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    doc.add_alternate_state("other").await?;
    Ok(())
}

async fn call_18(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    doc.clear_all().locked_also(true).state_name("$").await?;
    Ok(())
}

async fn call_19(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    doc.back().await?;
    Ok(())
}

async fn call_20(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let list = doc
        .get_variables(
            VariableListDef::default()
                .with_type("variable")
                .with_show_reserved(true)
                .with_data(serde_json::from_str::<Json>(r#"{"tags":"/tags"}"#)?),
        )
        .await?;
    Ok(())
}

async fn call_21(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let result = doc
        .search_results(
            SearchCombinationOptions::default()
                .with_search_fields(["Region"])
                .with_context(SearchContextType::CurrentSelections),
            vec!["north".to_owned()],
            SearchPage::default().with_offset(1).with_count(5),
        )
        .await?;
    Ok(())
}

async fn call_22(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let field = doc.get_field("Year").await?;
    let result = field.get_cardinal().await?;
    Ok(())
}

async fn call_23(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let field = doc.get_field("Year").await?;
    let result = field
        .select_values(
            vec![
                FieldValue::default().with_is_numeric(true).with_number(2021.0),
                FieldValue::default().with_text("2022")
            ],
        )
        .toggle_mode(true)
        .await?;
    Ok(())
}

async fn call_24(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let field = doc.get_field("Year").await?;
    let result = field.low_level_select(vec![0, 2], true).await?;
    Ok(())
}

async fn call_25(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let field = doc.get_field("Year").await?;
    field
        .set_nx_properties(NxFieldProperties::default().with_one_and_only_one(true))
        .await?;
    Ok(())
}

async fn call_26(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let field = doc.get_field("Year").await?;
    let result = field.select_all().await?;
    Ok(())
}

async fn call_27(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let object = doc
        .create_session_object({
            let mut value = GenericObjectProperties::default()
                .with_info(NxInfo::default().with_type("table"))
                .with_hyper_cube_def(
                    HyperCubeDef::default()
                        .with_dimensions([
                            NxDimension::default()
                                .with_def(
                                    NxInlineDimensionDef::default()
                                        .with_field_defs(["Region"])
                                        .with_sort_criterias([
                                            SortCriteria::default()
                                                .with_sort_by_numeric(-1)
                                                .with_expression(ValueExpr::default().with_v("=1")),
                                        ]),
                                )
                                .with_null_suppression(true),
                        ])
                        .with_measures([
                            NxMeasure::default()
                                .with_def(
                                    NxInlineMeasureDef::default()
                                        .with_def("Sum(Sales)")
                                        .with_num_format(
                                            FieldAttributes::default()
                                                .with_type(FieldAttrType::Fix)
                                                .with_n_dec(2)
                                                .with_fmt("0.0"),
                                        ),
                                ),
                        ])
                        .with_inter_column_sort_order([1, 0])
                        .with_suppress_zero(true)
                        .with_initial_data_fetch([
                            NxPage::default().with_width(2).with_height(50),
                        ]),
                );
            value
                .extra
                .set("title", &serde_json::from_str::<Json>(r##""A \"#title""##)?)?;
            value
                .extra
                .set(
                    "options",
                    &serde_json::from_str::<Json>(r#"{"rows":[1,2.5,null]}"#)?,
                )?;
            value
        })
        .await?;
    let layout = object.get_layout().await?;
    Ok(())
}

async fn call_28(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let object = doc
        .create_session_object(
            GenericObjectProperties::default()
                .with_info(NxInfo::default().with_type("cube"))
                .with_hyper_cube_def(
                    HyperCubeDef::default()
                        .with_dimensions([
                            NxDimension::default()
                                .with_def(
                                    NxInlineDimensionDef::default().with_field_defs(["Year"]),
                                ),
                        ]),
                ),
        )
        .await?;
    let data_pages = object
        .get_hyper_cube_data(
            "/qHyperCubeDef",
            vec![
                NxPage::default().with_width(1).with_height(2), NxPage::default()
                .with_top(2).with_width(1).with_height(1)
            ],
        )
        .await?;
    Ok(())
}

async fn call_29(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let object = doc
        .create_session_object(
            GenericObjectProperties::default()
                .with_info(NxInfo::default().with_type("cube"))
                .with_hyper_cube_def(
                    HyperCubeDef::default()
                        .with_dimensions([
                            NxDimension::default()
                                .with_def(
                                    NxInlineDimensionDef::default().with_field_defs(["Year"]),
                                ),
                        ]),
                ),
        )
        .await?;
    let success = object
        .select_hyper_cube_values("/qHyperCubeDef", 0, vec![1], true)
        .await?;
    Ok(())
}

async fn call_30(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let object = doc
        .create_session_object(
            GenericObjectProperties::default()
                .with_info(NxInfo::default().with_type("cube"))
                .with_hyper_cube_def(
                    HyperCubeDef::default()
                        .with_dimensions([
                            NxDimension::default()
                                .with_def(
                                    NxInlineDimensionDef::default().with_field_defs(["Year"]),
                                ),
                        ])
                        .with_measures([
                            NxMeasure::default()
                                .with_def(
                                    NxInlineMeasureDef::default().with_def("Sum(Sales)"),
                                ),
                        ]),
                ),
        )
        .await?;
    let success = object
        .range_select_hyper_cube_values(
            "/qHyperCubeDef",
            vec![
                NxRangeSelectInfo::default().with_range(Range::default().with_min(100.5)
                .with_max(1000.0).with_min_incl_eq(true))
            ],
        )
        .or_mode(true)
        .await?;
    Ok(())
}

async fn call_31(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let object = doc
        .create_session_object(
            GenericObjectProperties::default()
                .with_info(NxInfo::default().with_type("list"))
                .with_list_object_def(
                    ListObjectDef::default()
                        .with_def(
                            NxInlineDimensionDef::default().with_field_defs(["Region"]),
                        )
                        .with_show_alternatives(true)
                        .with_initial_data_fetch([
                            NxPage::default().with_width(1).with_height(3),
                        ]),
                ),
        )
        .await?;
    let success = object.search_list_object_for("/qListObjectDef", "n*").await?;
    Ok(())
}

async fn call_32(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let object = doc
        .create_session_object(
            GenericObjectProperties::default()
                .with_info(NxInfo::default().with_type("list"))
                .with_list_object_def(
                    ListObjectDef::default()
                        .with_def(
                            NxInlineDimensionDef::default().with_field_defs(["Region"]),
                        ),
                ),
        )
        .await?;
    let success = object
        .select_list_object_values("/qListObjectDef", vec![0], false)
        .soft_lock(true)
        .await?;
    Ok(())
}

async fn call_33(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let object = doc
        .create_session_object(
            GenericObjectProperties::default()
                .with_info(NxInfo::default().with_type("list"))
                .with_list_object_def(
                    ListObjectDef::default()
                        .with_def(
                            NxInlineDimensionDef::default().with_field_defs(["Region"]),
                        ),
                ),
        )
        .await?;
    object.begin_selections(vec!["/qListObjectDef".to_owned()]).await?;
    Ok(())
}

async fn call_34(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let object = doc
        .create_object({
            let mut value = GenericObjectProperties::default()
                .with_info(NxInfo::default().with_id("sheet-1").with_type("sheet"));
            value.extra.set("rank", &serde_json::from_str::<Json>(r"1")?)?;
            value
        })
        .await?
        .object;
    let object_2 = object
        .create_child(
            GenericObjectProperties::default()
                .with_info(NxInfo::default().with_type("kpi")),
        )
        .prop_for_this({
            let mut value = GenericObjectProperties::default()
                .with_info(NxInfo::default().with_id("sheet-1").with_type("sheet"));
            value.extra.set("cells", &serde_json::from_str::<Json>(r"[]")?)?;
            value
        })
        .await?
        .object;
    Ok(())
}

async fn call_35(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let object = doc
        .create_object(
            GenericObjectProperties::default()
                .with_info(NxInfo::default().with_id("a").with_type("chart")),
        )
        .await?
        .object;
    object
        .apply_patches(
            vec![
                NxPatch::default().with_path("/title").with_value("\"x\""),
                NxPatch::default().with_op(NxPatchOperationType::Remove)
                .with_path("/title")
            ],
        )
        .soft_patch(true)
        .await?;
    Ok(())
}

async fn call_36(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let object = doc
        .create_object(
            GenericObjectProperties::default()
                .with_info(NxInfo::default().with_id("a").with_type("chart")),
        )
        .await?
        .object;
    let prop_entry = object.get_full_property_tree().await?;
    Ok(())
}

async fn call_37(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let object = doc
        .create_object(
            GenericObjectProperties::default()
                .with_info(NxInfo::default().with_id("a").with_type("chart")),
        )
        .await?
        .object;
    object
        .set_properties(
            GenericObjectProperties::default()
                .with_info(NxInfo::default().with_id("a").with_type("chart"))
                .with_state_name("other"),
        )
        .await?;
    Ok(())
}

async fn call_38(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let measure = doc
        .create_measure(
            GenericMeasureProperties::default()
                .with_info(NxInfo::default().with_id("m").with_type("measure"))
                .with_measure(
                    NxLibraryMeasureDef::default()
                        .with_label("Sales")
                        .with_def("Sum(Sales)")
                        .with_grouping(NxGrpType::Collection),
                )
                .with_meta_def(serde_json::from_str::<Json>(r#"{"title":"Sales"}"#)?),
        )
        .await?
        .measure;
    let measure_2 = measure.get_measure().await?;
    Ok(())
}

async fn call_39(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let dimension = doc
        .create_dimension(
            GenericDimensionProperties::default()
                .with_info(NxInfo::default().with_id("d").with_type("dimension"))
                .with_dim(
                    NxLibraryDimensionDef::default()
                        .with_grouping(NxGrpType::Hierarchy)
                        .with_field_defs(["Region", "Product"]),
                )
                .with_meta_def(
                    serde_json::from_str::<Json>(r#"{"title":"Place","tags":["a"]}"#)?,
                ),
        )
        .await?
        .dimension;
    let dim = dimension.get_dimension().await?;
    Ok(())
}

async fn call_40(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let variable = doc
        .create_variable_ex(
            GenericVariableProperties::default()
                .with_info(NxInfo::default().with_id("v").with_type("variable"))
                .with_name("vTop")
                .with_comment("rows")
                .with_definition("5"),
        )
        .await?
        .variable;
    Ok(())
}

async fn call_41(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let variable = doc
        .create_session_variable(
            GenericVariableProperties::default()
                .with_info(NxInfo::default().with_type("variable"))
                .with_name("vNow")
                .with_definition("1"),
        )
        .await?;
    variable.set_num_value(-1.5).await?;
    Ok(())
}

async fn call_42(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let variable = doc
        .create_session_variable(
            GenericVariableProperties::default()
                .with_info(NxInfo::default().with_type("variable"))
                .with_name("vNow"),
        )
        .await?;
    variable.set_string_value("it's \"5\"").await?;
    Ok(())
}

async fn call_43(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let variable = doc
        .create_session_variable(
            GenericVariableProperties::default()
                .with_info(NxInfo::default().with_type("variable"))
                .with_name("vNow"),
        )
        .await?;
    variable.set_dual_value("five", 5.0).await?;
    Ok(())
}

async fn call_44(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let bookmark = doc
        .create_bookmark({
            let mut value = GenericBookmarkProperties::default()
                .with_info(NxInfo::default().with_id("b").with_type("bookmark"))
                .with_meta_def(serde_json::from_str::<Json>(r#"{"title":"All"}"#)?);
            value
                .extra
                .set("creationDate", &serde_json::from_str::<Json>(r#""2026-01-01""#)?)?;
            value
        })
        .await?
        .bookmark;
    let success = bookmark.apply().await?;
    Ok(())
}

async fn call_45(global: Global) -> Outcome {
    let doc = global.open_doc("sales").await?;
    let bookmark = doc
        .create_bookmark(
            GenericBookmarkProperties::default()
                .with_info(NxInfo::default().with_id("b").with_type("bookmark")),
        )
        .await?
        .bookmark;
    let layout = bookmark.get_layout().await?;
    Ok(())
}

pub(crate) fn call(index: usize, global: Global) -> Pin<Box<dyn Future<Output = Outcome>>> {
    match index {
        0 => Box::pin(call_0(global)),
        1 => Box::pin(call_1(global)),
        2 => Box::pin(call_2(global)),
        3 => Box::pin(call_3(global)),
        4 => Box::pin(call_4(global)),
        5 => Box::pin(call_5(global)),
        6 => Box::pin(call_6(global)),
        7 => Box::pin(call_7(global)),
        8 => Box::pin(call_8(global)),
        9 => Box::pin(call_9(global)),
        10 => Box::pin(call_10(global)),
        11 => Box::pin(call_11(global)),
        12 => Box::pin(call_12(global)),
        13 => Box::pin(call_13(global)),
        14 => Box::pin(call_14(global)),
        15 => Box::pin(call_15(global)),
        16 => Box::pin(call_16(global)),
        17 => Box::pin(call_17(global)),
        18 => Box::pin(call_18(global)),
        19 => Box::pin(call_19(global)),
        20 => Box::pin(call_20(global)),
        21 => Box::pin(call_21(global)),
        22 => Box::pin(call_22(global)),
        23 => Box::pin(call_23(global)),
        24 => Box::pin(call_24(global)),
        25 => Box::pin(call_25(global)),
        26 => Box::pin(call_26(global)),
        27 => Box::pin(call_27(global)),
        28 => Box::pin(call_28(global)),
        29 => Box::pin(call_29(global)),
        30 => Box::pin(call_30(global)),
        31 => Box::pin(call_31(global)),
        32 => Box::pin(call_32(global)),
        33 => Box::pin(call_33(global)),
        34 => Box::pin(call_34(global)),
        35 => Box::pin(call_35(global)),
        36 => Box::pin(call_36(global)),
        37 => Box::pin(call_37(global)),
        38 => Box::pin(call_38(global)),
        39 => Box::pin(call_39(global)),
        40 => Box::pin(call_40(global)),
        41 => Box::pin(call_41(global)),
        42 => Box::pin(call_42(global)),
        43 => Box::pin(call_43(global)),
        44 => Box::pin(call_44(global)),
        45 => Box::pin(call_45(global)),
        _ => unreachable!(),
    }
}
