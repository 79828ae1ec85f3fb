//! Facts about requests, responses, and change lists.

use std::time::Duration;

use futures_util::future::try_join_all;
use qix_client::prelude::*;
use serde_json::json;

use super::source::{DOC, ENIGMA, GLOBAL, OBJECT, PROTOCOL, RECORDED};
use crate::fact::{Fact, Outcome, Trouble, expect, expect_that, fact, not_checked};
use crate::lab::{Lab, code_of, method};

pub(super) const FACTS: &[Fact] = &[
    fact!(
        "response-ids",
        "Each response has the ID of its request, in any order.",
        "all calls",
        PROTOCOL,
        response_ids
    ),
    fact!("named-parameters", "Parameters can be sent by name.", "all calls", PROTOCOL, named_parameters),
    fact!(
        "missing-object",
        "A method that finds no object returns one without a handle, or an error.",
        "`ErrorKind::NotFound`",
        ENIGMA,
        missing_object
    ),
    fact!("error-members", "An error has a numeric code and a message.", "`EngineError`", PROTOCOL, error_members),
    fact!(
        "large-messages",
        "A page of 10,000 cells is one message.",
        "`SessionBuilder::max_message_size`",
        RECORDED,
        large_messages
    ),
    fact!(
        "change-list",
        "The response to a selection, or a message before it, lists the handles of the objects that it makes stale in `change`.",
        "`ObjectExt::layouts`, `rows`",
        ENIGMA,
        change_list
    ),
    fact!(
        "change-again",
        "An object whose layout has been fetched is listed again when it becomes stale again.",
        "`ObjectExt::layouts`",
        ENIGMA,
        change_again
    ),
    fact!(
        "change-in-other-state",
        "A selection in an alternate state does not make objects in other states stale.",
        "`rows` in several alternate states",
        "<https://help.qlik.com/en-US/sense/Subsystems/Hub/Content/Sense_Hub/Visualizations/alternate-states-comparative-analysis.htm>",
        change_in_other_state
    ),
    fact!(
        "close-list",
        "The response that destroys an object, or a message before it, lists its handle in `close`.",
        "`ObjectExt::gone`",
        ENIGMA,
        close_list
    ),
    fact!("cancel", "A request that `CancelRequest` names ends.", "timeouts, dropped calls", GLOBAL, cancel),
    fact!(
        "aborted",
        "A selection aborts calculations in the same session with error 15.",
        "retries of reads",
        "vendor's error codes: 15; enigma.js 2.15, retry of aborted requests",
        aborted
    ),
    fact!(
        "progress-of-unknown-request",
        "`GetProgress` of an unknown request returns no messages, and does not fail.",
        "`Pending::progress`",
        GLOBAL,
        progress_of_unknown_request
    ),
    fact!(
        "modal",
        "While an object is in selection mode, selections elsewhere fail with 6003.",
        "`SessionBuilder::when_modal`, `GenericObjectExt::begin_modal`",
        OBJECT,
        modal
    ),
    fact!(
        "abort-modal",
        "`AbortModal` ends selection mode, and undoes its selections.",
        "`SessionBuilder::when_modal`",
        DOC,
        abort_modal
    ),
];

async fn response_ids(lab: &Lab) -> Outcome {
    let expressions: Vec<String> = (0..50).map(|number| format!("{number} * 2")).collect();
    let results = try_join_all(expressions.iter().map(|expression| lab.doc.evaluate(expression).into_future())).await?;
    let expected: Vec<String> = (0..50).map(|number| (number * 2).to_string()).collect();
    expect_that(results == expected, "50 at once")
}

async fn named_parameters(lab: &Lab) -> Outcome {
    let result = lab.raw(&lab.doc, method("Doc", "Evaluate"), json!({ "qExpression": "1 + 1" })).await?;
    expect(result["qReturn"].clone(), json!("2"))
}

async fn missing_object(lab: &Lab) -> Outcome {
    for outcome in [
        lab.doc.get_object("there is nothing like this").await.map(drop),
        lab.doc.get_field("there is nothing like this").await.map(drop),
        lab.doc.get_measure("there is nothing like this").await.map(drop),
        lab.doc.get_bookmark("there is nothing like this").await.map(drop),
    ] {
        match outcome {
            Ok(()) => return Err(Trouble::Differs("it returned an object".to_owned())),
            Err(error) if error.is_not_found() || error.engine().is_some() => {}
            Err(error) => return Err(error.into()),
        }
    }
    let exchange = lab.exchange("GetField").await?;
    Ok(format!("for a field, `{}`", exchange.response["result"]["qReturn"]))
}

async fn error_members(lab: &Lab) -> Outcome {
    let outcome = lab.raw(&lab.doc, method("Doc", "GetNothingLikeThis"), json!({})).await;
    let error = lab.exchange("GetNothingLikeThis").await?.response["error"].clone();
    let has_both = error["code"].is_i64() && error["message"].is_string();
    expect_that(outcome.is_err() && has_both, error.to_string())
}

async fn large_messages(lab: &Lab) -> Outcome {
    let cube = HyperCubeDef::default().with_dimensions([NxDimension::field("Id"), NxDimension::field("Quarter")]);
    let cube = lab.cube(cube).await?;
    let pages = cube.get_hyper_cube_data("/qHyperCubeDef", vec![NxPage::of_size(2, 5000)]).await?;
    let rows: usize = pages.iter().map(|page| page.matrix.len()).sum();
    let bytes = lab.exchange("GetHyperCubeData").await?.bytes;
    expect_that(rows == 5000, format!("{rows} rows of two columns in a message of {bytes} bytes"))
}

async fn change_list(lab: &Lab) -> Outcome {
    let list = lab.values("Region").await?;
    list.get_layout().await?;
    let before = list.as_remote().invalidations();
    lab.doc.get_field("Region").await?.low_level_select(vec![0], false).await?;
    let is_stale = list.as_remote().invalidations() > before;
    let handles = lab.exchange("LowLevelSelect").await?.handles("change");
    expect_that(is_stale && handles.contains(&list.handle().handle), format!("{handles:?}"))
}

async fn change_again(lab: &Lab) -> Outcome {
    let list = lab.values("Region").await?;
    let field = lab.doc.get_field("Region").await?;
    let mut listed = Vec::new();
    for element in 0..3 {
        list.get_layout().await?;
        let before = list.as_remote().invalidations();
        field.low_level_select(vec![element], false).await?;
        listed.push(list.as_remote().invalidations() > before);
    }
    expect(listed, vec![true; 3])
}

async fn change_in_other_state(lab: &Lab) -> Outcome {
    let [one, two] = [lab.doc.alternate_state("Facts1").await?, lab.doc.alternate_state("Facts2").await?];
    let list = lab.list(ListObjectDef::field("Region").with_state_name(one.name())).await?;
    let default = lab.list(ListObjectDef::field("Region")).await?;
    for list in [&list, &default] {
        list.get_layout().await?;
    }
    let seen = |list: &GenericObject| list.as_remote().invalidations();
    let before = [seen(&list), seen(&default)];
    lab.doc.get_field("Region").state_name(two.name()).await?.low_level_select(vec![0], false).await?;
    let stale = [seen(&list) > before[0], seen(&default) > before[1]];
    [one.end().await, two.end().await].into_iter().collect::<Result<(), _>>()?;
    expect(stale, [false, false])
}

async fn close_list(lab: &Lab) -> Outcome {
    let list = lab.values("Region").await?;
    let handle = list.handle().clone();
    let destroyed = lab.doc.destroy_session_object(handle.id.as_deref().unwrap_or_default()).await?;
    let handles = lab.exchange("DestroySessionObject").await?.handles("close");
    expect_that(destroyed && handles.contains(&handle.handle), format!("{handles:?}"))
}

async fn cancel(lab: &Lab) -> Outcome {
    let lab = lab.another().await?;
    lab.doc.set_script("Sleep 10000;\nSlow:\nLOAD RecNo() AS Slow AUTOGENERATE 3000000;\n").await?;
    lab.wire.clear();
    let outcome = lab.doc.do_reload().with_timeout(Duration::from_millis(200)).await;
    if outcome.is_ok() {
        return not_checked("a reload of 3,000,000 rows took less than 200 ms");
    }
    let response = lab.exchange("DoReload").await?.response;
    let seen = if response["error"].is_null() { &response["result"] } else { &response["error"] };
    expect_that(response["result"]["qReturn"] != true, seen.to_string())
}

async fn aborted(_: &Lab) -> Outcome {
    not_checked("it needs a calculation that takes long on any engine")
}

async fn progress_of_unknown_request(lab: &Lab) -> Outcome {
    let progress = lab.session.get_progress(987_654_321).await?;
    let is_empty = progress.persistent_progress.is_empty() && progress.persistent_progress_messages.is_empty();
    expect_that(is_empty, format!("`qFinished` is {}", progress.finished))
}

async fn modal(lab: &Lab) -> Outcome {
    let [regions, years] = [lab.values("Region").await?, lab.values("Year").await?];
    for list in [&regions, &years] {
        list.get_layout().await?;
    }
    regions.begin_selections(vec!["/qListObjectDef".to_owned()]).await?;
    let outcome = years.select_list_object_values("/qListObjectDef", vec![0], false).await;
    expect(code_of(&outcome), Some(6003))
}

async fn abort_modal(lab: &Lab) -> Outcome {
    let regions = lab.values("Region").await?;
    regions.get_layout().await?;
    regions.begin_selections(vec!["/qListObjectDef".to_owned()]).await?;
    regions.select_list_object_values("/qListObjectDef", vec![0], false).await?;
    lab.doc.abort_modal(false).await?;
    let years = lab.values("Year").await?;
    let selected = years.select_list_object_values("/qListObjectDef", vec![0], false).await?;
    expect((selected, lab.doc.evaluate("Sum(Sales)").await?), (true, "70".to_owned()))
}
