//! Checks the results in a traffic log against their methods.

use std::collections::{BTreeMap, HashMap};

use qix_codegen::model::{Model, TypeRef};

use crate::report::{NotDecoded, Report};
use crate::{Verifier, pointer};

/// Checks all results of a log.
pub(crate) fn check(verifier: &Verifier, text: &str) -> Report {
    let mut log = Log { verifier, classes: HashMap::from([(-1, "Global".to_owned())]), calls: HashMap::new() };
    let mut report = Report::default();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let line_name = format!("line {}", index + 1);
        if let Err(error) = log.line(line, &line_name, &mut report) {
            let gap = if error.place.is_empty() { "" } else { " " };
            report.failed.push(NotDecoded::new(format!("{line_name}{gap}{}", error.place), error.why));
        }
    }
    report
}

struct Log<'a> {
    verifier: &'a Verifier,
    /// Class of each handle in a response.
    classes: HashMap<i64, String>,
    /// Method and handle of each pending call.
    calls: HashMap<i64, (String, i64)>,
}

impl Log<'_> {
    fn line(&mut self, line: &str, name: &str, report: &mut Report) -> Result<(), NotDecoded> {
        let frame = pointer::members(line)?;
        let (Some(dir), Some(msg)) = (frame.get("dir"), frame.get("msg")) else {
            return Err(NotDecoded::new("", "a frame has the members `dir` and `msg`"));
        };
        let msg = pointer::members(msg)?;
        let number = |key: &str| msg.get(key).and_then(|text| text.trim().parse::<i64>().ok());
        match (dir.trim(), number("id")) {
            (r#"">""#, Some(id)) => {
                let method = msg.get("method").map(|text| pointer::parse(text)).transpose()?;
                let method = method.and_then(|method| method.as_str().map(str::to_owned)).unwrap_or_default();
                self.calls.insert(id, (method, number("handle").unwrap_or(-1)));
                Ok(())
            }
            (r#""<""#, Some(id)) => match (self.calls.remove(&id), msg.get("result")) {
                (Some(_), Some(_)) if msg.get("delta").is_some_and(|delta| delta.trim() == "true") => {
                    report.skipped.push(format!("{name}: the response contains patches, not values"));
                    Ok(())
                }
                (Some((method, handle)), Some(result)) => self.result(&method, handle, result, name, report),
                (None, Some(_)) => {
                    report.skipped.push(format!("{name}: the log has no request for this response"));
                    Ok(())
                }
                (_, None) => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn result(
        &mut self,
        method: &str,
        handle: i64,
        result: &str,
        name: &str,
        report: &mut Report,
    ) -> Result<(), NotDecoded> {
        let model = &self.verifier.model;
        let class = self.classes.get(&handle).filter(|class| model.classes().contains(&class.as_str()));
        let full = class.map(|class| format!("{class}.{method}")).or_else(|| guess(model, method));
        let full = full.unwrap_or_else(|| method.to_owned());
        let Some(facts) = model.methods.get(&full) else {
            report.skipped.push(format!("{name}: the schema has no method `{full}`"));
            return Ok(());
        };
        let members: BTreeMap<_, _> = pointer::members(result)?.into_iter().collect();
        for (member, text) in members {
            let place = format!("{full} {member}");
            match facts.results.iter().find(|result| result.name == member) {
                Some(known) => {
                    self.remember(text, &known.ty)?;
                    self.verifier.value(text, &known.ty, &place, report)?;
                }
                None => report.lose(format!("{full}.{member}"), &place),
            }
        }
        Ok(())
    }

    /// Records the class of an object in a response.
    fn remember(&mut self, text: &str, ty: &TypeRef) -> Result<(), NotDecoded> {
        if ty.named() == Some("ObjectInterface") {
            let object = pointer::parse(text)?;
            if let (Some(handle), Some(class)) = (object["qHandle"].as_i64(), object["qType"].as_str()) {
                self.classes.insert(handle, class.to_owned());
            }
        }
        Ok(())
    }
}

/// The method of a call on a handle of unknown class, which is most likely a generic object.
fn guess(model: &Model, method: &str) -> Option<String> {
    let classes = ["GenericObject", "Doc"].into_iter().chain(model.classes());
    classes.map(|class| format!("{class}.{method}")).find(|full| model.methods.contains_key(full))
}
