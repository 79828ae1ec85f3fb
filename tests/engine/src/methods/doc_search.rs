//! Global search: values of fields and texts of objects that match terms.

use super::field::select_picks;
use super::{Answer, Call, Methods, calculate};
use crate::error::{Result, code};
use crate::objects::contents::{Entity, Kind};
use crate::objects::frame::Frame;
use crate::protocol::failure::failure;
use crate::selection::search::{self, Association, FieldMatch, Range, Reach};
use crate::selection::{DEFAULT_STATE, Live, Mode, Pick};
use serde_json::{Value, json};

pub(super) const METHODS: Methods = &[
    ("Doc.SearchSuggest", suggest),
    ("Doc.SearchResults", results),
    ("Doc.SearchAssociations", associations),
    ("Doc.SelectAssociations", select),
    ("Doc.SearchValues", values),
    ("Doc.SearchObjects", objects),
];

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

/// A search request: the terms, the fields, and the values that are searched.
struct Question {
    terms: Vec<String>,
    fields: Vec<String>,
    reach: Reach,
}

impl Question {
    fn of(call: &Call<'_>) -> Result<Self> {
        let options = call.params.value("qOptions");
        let reach = match &options["qContext"] {
            Value::Null => Reach::Locked,
            Value::String(name) => match name.trim_start_matches("CONTEXT_").to_lowercase().replace('_', "").as_str() {
                "cleared" => Reach::Everything,
                "lockedfieldsonly" | "" => Reach::Locked,
                "currentselections" => Reach::Selected,
                _ => return Err(failure(code::INVALID_PARAMETER, "qOptions.qContext")),
            },
            number => match number.as_i64() {
                Some(0) => Reach::Everything,
                Some(1) => Reach::Locked,
                Some(2) => Reach::Selected,
                _ => return Err(failure(code::INVALID_PARAMETER, "qOptions.qContext")),
            },
        };
        let terms = texts(call.params.value("qTerms"));
        Ok(Self { terms, fields: texts(&options["qSearchFields"]), reach })
    }

    fn live(&self, frame: &Frame) -> Live {
        Live::new(&frame.data, frame.selections.reach(&frame.data, DEFAULT_STATE, self.reach))
    }

    fn associations(&self, frame: &Frame) -> Vec<Association> {
        search::associations(&frame.data, &self.live(frame), &self.fields, &self.terms)
    }
}

/// The requested part of a list; a negative count means all.
fn page(offset: &Value, count: &Value) -> (usize, usize) {
    let offset = offset.as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    (offset, count.as_i64().map_or(usize::MAX, |count| usize::try_from(count).unwrap_or(usize::MAX)))
}

fn most(count: &Value) -> usize {
    page(&Value::Null, count).1
}

fn char_ranges(ranges: &[Range]) -> Value {
    let one = |range: &Range| json!({ "qCharPos": range.at, "qCharCount": range.count, "qTerm": range.term });
    ranges.iter().map(one).collect()
}

/// Words that start with the terms, and the fields that contain them.
fn suggest(call: &mut Call<'_>) -> Result<Answer> {
    let question = Question::of(call)?;
    calculate(call, "qResult", move |frame, _| {
        let fields = search::fields(&frame.data, &question.live(frame), &question.fields, &question.terms);
        let mut suggestions: Vec<(String, usize)> = Vec::new();
        for found in fields.iter().flat_map(|field| &field.found) {
            for range in &found.ranges {
                let word = found.text.chars().skip(range.at).take_while(|c| c.is_alphanumeric());
                let suggestion = (word.collect::<String>().to_lowercase(), range.term);
                if !suggestion.0.is_empty() && !suggestions.contains(&suggestion) {
                    suggestions.push(suggestion);
                }
            }
        }
        suggestions.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
        let suggestions = suggestions.iter().map(|(value, term)| json!({ "qValue": value, "qTerm": term }));
        Ok(json!({
            "qSuggestions": suggestions.collect::<Value>(),
            "qFieldNames": fields.iter().map(|field| &*frame.data.fields[field.field].name).collect::<Vec<_>>(),
        }))
    })
}

/// A group for each set of fields that match the terms together.
fn results(call: &mut Call<'_>) -> Result<Answer> {
    let (question, wanted) = (Question::of(call)?, call.params.value("qPage").clone());
    calculate(call, "qResult", move |frame, _| {
        let all = question.associations(frame);
        let most_matches = most(&wanted["qMaxNbrFieldMatches"]);
        let (offset, count) = page(&wanted["qOffset"], &wanted["qCount"]);
        let groups = all.iter().enumerate().skip(offset).take(count).map(|(id, association)| {
            let items = association.fields.iter().map(|field| field_item(frame, field, most_matches));
            json!({
                "qId": id, "qGroupType": "DatasetType", "qSearchTermsMatched": association.terms,
                "qTotalNumberOfItems": association.fields.len(), "qItems": items.collect::<Value>(),
            })
        });
        Ok(json!({
            "qSearchTerms": question.terms, "qTotalNumberOfGroups": all.len(),
            "qSearchGroupArray": groups.collect::<Value>(),
        }))
    })
}

fn field_item(frame: &Frame, field: &FieldMatch, most_matches: usize) -> Value {
    let matches = field.found.iter().take(most_matches);
    let matches =
        matches.map(|found| json!({ "qText": found.text, "qRanges": char_ranges(&found.ranges), "qAttributes": [] }));
    json!({
        "qItemType": "Field", "qTotalNumberOfMatches": field.found.len(),
        "qIdentifier": &*frame.data.fields[field.field].name, "qItemMatches": matches.collect::<Value>(),
        "qSearchTermsMatched": field.terms, "qMatchType": "FieldMatchWord",
    })
}

fn associations(call: &mut Call<'_>) -> Result<Answer> {
    let (question, wanted) = (Question::of(call)?, call.params.value("qPage").clone());
    calculate(call, "qResults", move |frame, _| {
        let all = question.associations(frame);
        let most_matches = most(&wanted["qMaxNbrFieldMatches"]);
        let mut fields: Vec<usize> = Vec::new();
        for field in all.iter().flat_map(|association| &association.fields) {
            if !fields.contains(&field.field) {
                fields.push(field.field);
            }
        }
        let place = |field: usize| fields.iter().position(|known| *known == field).unwrap_or_default();
        let dictionaries = search::fields(&frame.data, &question.live(frame), &question.fields, &question.terms);
        let dictionaries = dictionaries.iter().filter(|field| fields.contains(&field.field)).map(|field| {
            let results = field.found.iter().map(|found| {
                json!({ "qText": found.text, "qElemNumber": found.element, "qRanges": char_ranges(&found.ranges) })
            });
            json!({ "qField": place(field.field), "qResult": results.collect::<Value>() })
        });
        let (offset, count) = page(&wanted["qOffset"], &wanted["qCount"]);
        let combinations = all.iter().enumerate().skip(offset).take(count).map(|(id, association)| {
            let matches = association.fields.iter().map(|field| {
                let elements: Vec<usize> = field.found.iter().take(most_matches).map(|found| found.element).collect();
                json!({
                    "qField": place(field.field), "qValues": elements, "qTerms": field.terms,
                    "qNoOfMatches": field.found.len(),
                })
            });
            json!([{ "qId": id, "qFieldMatches": matches.collect::<Value>() }])
        });
        let names: Vec<&str> = fields.iter().map(|field| &*frame.data.fields[*field].name).collect();
        Ok(json!({
            "qFieldNames": names, "qSearchTerms": question.terms,
            "qFieldDictionaries": dictionaries.collect::<Value>(),
            "qSearchTermsMatched": combinations.collect::<Value>(), "qTotalSearchResults": all.len(),
        }))
    })
}

/// Selects the values of one result in all of its fields.
fn select(call: &mut Call<'_>) -> Result<Answer> {
    let question = Question::of(call)?;
    let wanted = usize::try_from(call.params.integer("qMatchIx"));
    select_picks(call, DEFAULT_STATE.to_owned(), Mode::Replace, None, move |frame, _| {
        let all = question.associations(frame);
        let association = wanted.ok().and_then(|wanted| all.get(wanted));
        let association = association.ok_or_else(|| failure(code::INVALID_PARAMETER, "qMatchIx"))?;
        let pick = |field: &FieldMatch| Pick {
            field: frame.data.fields[field.field].name.to_string(),
            elements: field.found.iter().map(|found| found.element).collect(),
        };
        Ok(association.fields.iter().map(pick).collect())
    })
}

/// Values of fields, ignoring selections.
fn values(call: &mut Call<'_>) -> Result<Answer> {
    let question = Question { reach: Reach::Everything, ..Question::of(call)? };
    let wanted = call.params.value("qPage").clone();
    calculate(call, "qResult", move |frame, _| {
        let fields = search::fields(&frame.data, &question.live(frame), &question.fields, &question.terms);
        let (offset, count) = page(&wanted["qOffset"], &wanted["qCount"]);
        let most_matches = most(&wanted["qMaxNbrFieldMatches"]);
        let items = fields.iter().skip(offset).take(count).map(|field| {
            let values = field.found.iter().take(most_matches).map(|found| {
                let mut terms: Vec<usize> = found.ranges.iter().map(|range| range.term).collect();
                terms.dedup();
                json!({ "qText": found.text, "qElemNo": found.element, "qSearchTermsMatched": terms })
            });
            json!({ "qFieldName": &*frame.data.fields[field.field].name, "qValues": values.collect::<Value>() })
        });
        Ok(json!({ "qSearchTerms": question.terms, "qFieldMatches": items.collect::<Value>() }))
    })
}

/// Objects of the app whose titles, descriptions or labels match all terms.
fn objects(call: &mut Call<'_>) -> Result<Answer> {
    let options = call.params.value("qOptions");
    let with_property = texts(&options["qAttributes"]).iter().any(|name| name == "qProperty" || name == "*");
    let (terms, wanted) = (texts(call.params.value("qTerms")), call.params.value("qPage").clone());
    calculate(call, "qResult", move |frame, _| {
        let mut items = Vec::new();
        for object in frame.app.of_kind(Kind::Object) {
            let found: Vec<(String, String, Vec<Range>)> = shown(object)
                .into_iter()
                .map(|(path, text)| {
                    let ranges = search::ranges(&text, &terms);
                    (path, text, ranges)
                })
                .filter(|(_, _, ranges)| !ranges.is_empty())
                .collect();
            let has = |term: usize| found.iter().any(|(_, _, ranges)| ranges.iter().any(|range| range.term == term));
            if terms.is_empty() || !(0..terms.len()).all(has) {
                continue;
            }
            let matches = found.iter().take(most(&wanted["qMaxNbrFieldMatches"])).map(|(path, text, ranges)| {
                let attributes = with_property.then(|| json!({ "qKey": "qProperty", "qValue": path }));
                json!({
                    "qText": text, "qRanges": char_ranges(ranges),
                    "qAttributes": attributes.into_iter().collect::<Value>(),
                })
            });
            items.push(json!({
                "qItemType": "GenericObject", "qTotalNumberOfMatches": found.len(), "qIdentifier": object.id,
                "qItemMatches": matches.collect::<Value>(), "qSearchTermsMatched": (0..terms.len()).collect::<Vec<_>>(),
            }));
        }
        let (offset, count) = page(&wanted["qOffset"], &wanted["qCount"]);
        let total = items.len();
        let groups = items.into_iter().enumerate().skip(offset).take(count).map(|(id, item)| {
            json!({
                "qId": id, "qGroupType": "GenericObjectsType", "qSearchTermsMatched": item["qSearchTermsMatched"],
                "qTotalNumberOfItems": 1, "qItems": [item],
            })
        });
        Ok(json!({
            "qSearchTerms": terms, "qTotalNumberOfGroups": total, "qSearchGroupArray": groups.collect::<Value>(),
        }))
    })
}

/// The texts of an object that users see, with their paths in its properties.
fn shown(object: &Entity) -> Vec<(String, String)> {
    const NAMES: [&str; 7] = ["title", "subtitle", "footnote", "description", "qLabel", "qFieldLabels", "label"];
    let mut texts = Vec::new();
    look(&object.properties, &mut String::new(), false, &mut texts);
    return texts;

    fn look(value: &Value, path: &mut String, wanted: bool, texts: &mut Vec<(String, String)>) {
        let mut within = |step: &str, value: &Value, wanted: bool| {
            let length = path.len();
            path.push('/');
            path.push_str(step);
            look(value, path, wanted, texts);
            path.truncate(length);
        };
        match value {
            Value::Object(members) => {
                members.iter().for_each(|(name, value)| within(name, value, NAMES.contains(&name.as_str())));
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, item)| within(&index.to_string(), item, wanted));
            }
            Value::String(text) if wanted && !text.is_empty() => texts.push((path.clone(), text.clone())),
            _ => {}
        }
    }
}
