//! Functions that read selections or fields.

use std::cell::Cell;

use super::Context;
use crate::expression::{Expression, Host, Scope, evaluate};
use crate::selection::ValueState;
use crate::value::{Dual, format_moment};

thread_local! {
    /// State of the random numbers of charts.
    static RANDOM: Cell<u64> = const { Cell::new(0x2545_f491_4f6c_dd1d) };
}

fn random() -> f64 {
    RANDOM.with(|state| {
        let mut next = state.get();
        next ^= next << 13;
        next ^= next >> 7;
        next ^= next << 17;
        state.set(next);
        (next >> 11) as f64 / (1u64 << 53) as f64
    })
}

/// Functions that need no row of a chart.
pub(super) fn anywhere(host: Host, arguments: &[Expression], scope: &dyn Scope, context: &Context<'_>) -> Dual {
    let value = |at: usize| arguments.get(at).map_or(Dual::Null, |argument| evaluate(argument, scope));
    let text = |at: usize| value(at).as_text().into_owned();
    let most = |at: usize| value(at).to_number().unwrap_or(6.0) as usize;
    // The name of a state can be an argument.
    let state = |at: usize| if arguments.len() > at { text(at) } else { context.state.to_owned() };
    let settings = &context.settings;
    let moment = |serial: f64, pattern: &str| {
        format_moment(serial, pattern, settings).map_or(Dual::Null, |text| Dual::both(serial, text))
    };
    match host {
        Host::Random => Dual::Number(random()),
        Host::Now => moment(context.now(), &settings.timestamp),
        Host::Today => moment(context.now().floor(), &settings.date),
        Host::FieldValueCount => context.data.cardinal(&text(0)).map_or(Dual::Null, |count| Dual::Number(count as f64)),
        Host::FieldValue => {
            let at = value(1).to_number().filter(|at| *at >= 1.0);
            let found = at.and_then(|at| context.data.value(&text(0), at as usize - 1));
            found.cloned().unwrap_or(Dual::Null)
        }
        Host::FieldIndex => {
            let found = context.data.field(&text(0)).and_then(|field| field.symbols.find(&value(1)));
            Dual::Number(found.map_or(0.0, |at| f64::from(at) + 1.0))
        }
        Host::GetSelectedCount => {
            let with_excluded = value(1).holds();
            count(&text(0), &state(2), context, |state| match state {
                ValueState::Selected | ValueState::Locked => true,
                ValueState::SelectedExcluded | ValueState::LockedExcluded => with_excluded,
                _ => false,
            })
        }
        Host::GetPossibleCount => count(&text(0), &state(1), context, ValueState::possible),
        Host::GetExcludedCount => {
            count(&text(0), &state(1), context, |state| matches!(state, ValueState::Excluded | ValueState::Alternative))
        }
        Host::GetAlternativeCount => count(&text(0), &state(1), context, |state| state == ValueState::Alternative),
        Host::GetFieldSelections => {
            let separator = if arguments.len() > 1 { text(1) } else { ", ".into() };
            field_selections(&text(0), &separator, most(2), &state(3), context)
        }
        Host::GetCurrentSelections => {
            let part = |at: usize, default: &str| if arguments.len() > at { text(at) } else { default.to_owned() };
            let (separator, tag, values) = (part(0, "\r\n"), part(1, ": "), part(2, ", "));
            let state = state(4);
            let picked = context.selections.picked(context.data, &state);
            let texts: Vec<String> = picked
                .keys()
                .map(|field| {
                    let name = &context.data.fields[*field].name;
                    format!("{name}{tag}{}", field_selections(name, &values, most(3), &state, context).as_text())
                })
                .collect();
            Dual::text(texts.join(&separator))
        }
        _ => Dual::Null,
    }
}

fn count(field: &str, state: &str, context: &Context<'_>, wanted: impl Fn(ValueState) -> bool) -> Dual {
    let Some(number) = context.data.field_number(field) else { return Dual::Null };
    if !context.selections.has_state(state) {
        return Dual::Null;
    }
    let live = context.live(state);
    let states = context.selections.value_states(context.data, &live, state, number);
    Dual::Number(states.into_iter().filter(|state| wanted(*state)).count() as f64)
}

fn field_selections(field: &str, separator: &str, most: usize, state: &str, context: &Context<'_>) -> Dual {
    let picked = context.selections.picked(context.data, state);
    let Some((number, mask)) = context.data.field_number(field).and_then(|number| Some((number, picked.get(&number)?)))
    else {
        return Dual::Null;
    };
    let symbols = &context.data.fields[number].symbols;
    let texts: Vec<String> = mask
        .iter()
        .zip(symbols.values())
        .filter(|(selected, _)| **selected)
        .map(|(_, value)| value.as_text().into_owned())
        .collect();
    if texts.len() > most {
        return Dual::text(format!("{} of {}", texts.len(), symbols.len()));
    }
    Dual::text(texts.join(separator))
}
