//! Facts about scripts, reloads, and their progress.

use std::collections::BTreeMap;

use futures_util::StreamExt;
use qix_client::Progress;
use qix_client::prelude::*;

use super::source::{DOC, GLOBAL, RECORDED};
use crate::fact::{Fact, Outcome, Trouble, expect, expect_that, fact, not_checked};
use crate::lab::{Lab, code_of};

pub(super) const FACTS: &[Fact] = &[
    fact!(
        "script-syntax",
        "`CheckScriptSyntax` returns the positions of errors in the script, counted in characters from its start.",
        "`DocExt::reload`",
        DOC,
        script_syntax
    ),
    fact!(
        "failed-reload",
        "A reload that fails leaves the data of the app unchanged.",
        "`DocExt::reload`",
        DOC,
        failed_reload
    ),
    fact!(
        "script-error",
        "With `ConfigureReload(_, true, _)`, the progress of a failed reload contains the statement that failed.",
        "`ScriptError::Failed`",
        GLOBAL,
        script_error
    ),
    fact!(
        "progress",
        "`GetProgress` returns the messages of a reload, each once, until after its response.",
        "`Pending::progress`",
        GLOBAL,
        progress
    ),
    fact!(
        "reload-running",
        "While a reload runs, another one fails with 11000.",
        "`SessionBuilder::when_reloading`",
        "vendor's error codes: 11000",
        reload_running
    ),
    fact!(
        "interaction",
        "A reload that waits for an interaction says so in its progress, and continues after `InteractDone`.",
        "`Pending::progress`",
        GLOBAL,
        interaction
    ),
    fact!(
        "script-kept",
        "`SetScript` replaces the script, whether or not it can run; `GetScript` returns it.",
        "`Pending::with_script`",
        DOC,
        script_kept
    ),
    fact!("stale-after-reload", "A reload makes objects stale.", "`ObjectExt::layouts`", RECORDED, stale_after_reload),
    fact!(
        "loaded-rows",
        "Inline tables keep any text whose special characters are encoded, and numbers of any size.",
        "`DocExt::load_rows`",
        DOC,
        loaded_rows
    ),
];

async fn script_syntax(lab: &Lab) -> Outcome {
    let lab = lab.another().await?;
    let script = "// ж\nT:\nLOAD 1 AS A AUTOGENERATE 1;\nLOAD RecNo( AS B AUTOGENERATE 1;\n";
    lab.doc.set_script(script).await?;
    let errors = lab.doc.check_script_syntax().await?;
    let fault = errors.first().ok_or_else(|| Trouble::Differs("there are no errors".to_owned()))?;
    let from = script.chars().take_while(|c| *c != '(').count() as i32;
    let line = script.find("LOAD RecNo").map_or(0, |at| script[..at].chars().count()) as i32;
    expect_that(
        (line..from + 30).contains(&fault.text_pos),
        format!("at {}, {} characters", fault.text_pos, fault.err_len),
    )
}

async fn failed_reload(lab: &Lab) -> Outcome {
    let lab = lab.another().await?;
    lab.doc
        .set_script("T:\nLOAD 1 AS Other AUTOGENERATE 1;\nLOAD * FROM [lib://there is nothing/x.csv] (txt);\n")
        .await?;
    let success = lab.doc.do_reload().await;
    expect_that(!matches!(success, Ok(true)), format!("`DoReload` returns {:?}", success.ok()))?;
    expect(lab.doc.evaluate("Sum(Sales)").await?, "210".to_owned())
}

async fn script_error(lab: &Lab) -> Outcome {
    let lab = lab.another().await?;
    let statement = "LOAD * FROM [lib://there is nothing/x.csv] (txt)";
    let error = match lab.doc.reload().with_script(format!("LET x = 1;\n{statement};\n")).await {
        Ok(_) => return Err(Trouble::Differs("the reload succeeded".to_owned())),
        Err(error) => error,
    };
    let Some(script) = error.downcast_ref::<ScriptError>() else { return Err(error.into()) };
    let named = script.faults().iter().any(|fault| fault.statement.contains("there is nothing"));
    expect_that(named, script.faults().iter().map(|fault| fault.message.clone()).collect::<Vec<_>>().join("; "))
}

async fn progress(lab: &Lab) -> Outcome {
    let lab = lab.another().await?;
    let script = "Progress:\nLOAD RecNo() AS P AUTOGENERATE 1000;\n";
    lab.doc.set_script(script).await?;
    let mut log = String::new();
    let mut reload = lab.doc.do_reload().progress();
    while let Some(step) = reload.next().await {
        if let Progress::Update(update) = step? {
            log.push_str(&update.persistent_progress);
        }
    }
    expect_that(log.matches("Progress").count() == 1, log.replace(['\n', '\r'], " | "))
}

async fn reload_running(lab: &Lab) -> Outcome {
    let lab = lab.another().await?;
    lab.doc.set_script("Sleep 3000;\nSlow:\nLOAD RecNo() AS Slow AUTOGENERATE 100000;\n").await?;
    let (first, second) = tokio::join!(lab.doc.do_reload(), lab.doc.do_reload());
    let codes = [code_of(&first), code_of(&second)];
    expect_that(codes.contains(&Some(11_000)), format!("error codes {codes:?}"))
}

async fn interaction(_: &Lab) -> Outcome {
    not_checked("it needs a reload in debug mode, which waits until someone answers")
}

async fn script_kept(lab: &Lab) -> Outcome {
    let lab = lab.another().await?;
    let script = "LOAD RecNo( AS B AUTOGENERATE 1;\r\n// ж\r\n";
    lab.doc.set_script(script).await?;
    expect(lab.doc.get_script().await?, script.to_owned())
}

async fn stale_after_reload(lab: &Lab) -> Outcome {
    let lab = lab.another().await?;
    let list = lab.values("Region").await?;
    list.get_layout().await?;
    let before = list.as_remote().invalidations();
    lab.doc.do_reload().await?;
    expect(list.as_remote().invalidations() > before, true)
}

async fn loaded_rows(lab: &Lab) -> Outcome {
    let lab = lab.another().await?;
    let texts = ["a,b", "c]d", "'q' \"r\"", "$(x)", " padded ", "line\nbreak", "ж", "007"];
    let row = |(at, text): (usize, &&str)| {
        BTreeMap::from([("Text", serde_json::json!(text)), ("Number", serde_json::json!(0.1 * at as f64))])
    };
    lab.doc.load_rows("Rows", texts.iter().enumerate().map(row)).await?;
    let mut found: Vec<String> = lab.doc.field_values("Text").read_all().await?;
    let numbers: Vec<f64> = lab.doc.field_values("Number").read_all().await?;
    let mut expected: Vec<String> = texts.map(str::to_owned).to_vec();
    found.sort();
    expected.sort();
    expect((found, numbers.len()), (expected, texts.len()))
}
