//! Selections in the protocol's structures.

use serde_json::{Value, json};

use super::{Live, Selections, ValueState};
use crate::data::Data;

/// Maximum number of values that are listed by name.
const THRESHOLD: usize = 6;

/// `NxStateCounts` of the states of a field's values.
pub(crate) fn state_counts(states: &[ValueState]) -> Value {
    let count = |wanted: ValueState| states.iter().filter(|state| **state == wanted).count();
    json!({
        "qLocked": count(ValueState::Locked),
        "qSelected": count(ValueState::Selected),
        "qOption": count(ValueState::Optional),
        "qDeselected": 0,
        "qAlternative": count(ValueState::Alternative),
        "qExcluded": count(ValueState::Excluded),
        "qSelectedExcluded": count(ValueState::SelectedExcluded),
        "qLockedExcluded": count(ValueState::LockedExcluded),
    })
}

impl Selections {
    /// `SelectionObject` of a state: the current selections, with counts.
    pub(crate) fn current(&self, data: &Data, live: &Live, state: &str) -> Value {
        let entries = self.states.get(state).map_or(&[][..], Vec::as_slice);
        let items: Vec<Value> = entries
            .iter()
            .enumerate()
            .filter_map(|(at, entry)| {
                let number = data.field_number(&entry.field)?;
                let field = &data.fields[number];
                let states = self.value_states(data, live, state, number);
                let total = field.symbols.len();
                let text = |element: usize| field.symbols.value(element as u32).as_text().into_owned();
                let (selected, others): (Vec<usize>, Vec<usize>) =
                    (0..total).partition(|element| entry.elements.contains(&(*element as u32)));
                let listed = |elements: &[usize]| -> Vec<Value> {
                    let few = elements.len() <= THRESHOLD;
                    let one = |element: &usize| json!({ "qName": text(*element), "qFieldSelectionMode": "NORMAL" });
                    if few { elements.iter().map(one).collect() } else { Vec::new() }
                };
                let texts = |elements: &[usize]| elements.iter().map(|element| text(*element)).collect::<Vec<_>>().join(", ");
                let summary = if selected.len() <= THRESHOLD {
                    texts(&selected)
                } else if others.is_empty() {
                    "ALL".to_owned()
                } else if others.len() <= THRESHOLD {
                    format!("NOT {}", texts(&others))
                } else {
                    format!("{} of {total}", selected.len())
                };
                let mut item = json!({
                    "qTotal": total,
                    "qField": &*field.name,
                    "qSelectedCount": selected.len(),
                    "qSelected": summary,
                    "qRangeInfo": [],
                    "qSortIndex": at + 1,
                    "qStateCounts": state_counts(&states),
                    "qSelectedFieldSelectionInfo": listed(&selected),
                    "qNotSelectedFieldSelectionInfo": if selected.len() > THRESHOLD { listed(&others) } else { Vec::new() },
                    "qSelectionThreshold": THRESHOLD,
                    "qReadableName": &*field.name,
                });
                if self.is_single(&field.name) {
                    item["qOneAndOnlyOne"] = true.into();
                }
                if field.tags.iter().any(|tag| tag == "$numeric") {
                    item["qIsNum"] = true.into();
                }
                if entry.locked {
                    item["qLocked"] = true.into();
                }
                Some(item)
            })
            .collect();
        let (back, forward) = self.steps();
        let mut object = json!({ "qBackCount": back, "qForwardCount": forward, "qSelections": items });
        if state != super::DEFAULT_STATE {
            object["qStateName"] = state.into();
        }
        object
    }
}
