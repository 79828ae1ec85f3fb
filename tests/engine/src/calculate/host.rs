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
        Host::GetSelectedCount => count(&text(0), context, |state| {
            matches!(
                state,
                ValueState::Selected | ValueState::Locked | ValueState::SelectedExcluded | ValueState::LockedExcluded
            )
        }),
        Host::GetPossibleCount => count(&text(0), context, ValueState::possible),
        Host::GetExcludedCount => {
            count(&text(0), context, |state| matches!(state, ValueState::Excluded | ValueState::Alternative))
        }
        Host::GetAlternativeCount => count(&text(0), context, |state| state == ValueState::Alternative),
        Host::GetFieldSelections => {
            let separator = if arguments.len() > 1 { text(1) } else { ", ".into() };
            let most = value(2).to_number().unwrap_or(6.0) as usize;
            field_selections(&text(0), &separator, most, context)
        }
        Host::GetCurrentSelections => {
            let separator = if arguments.is_empty() { "\r\n".into() } else { text(0) };
            let picked = context.selections.picked(context.data, context.state);
            let texts: Vec<String> = picked
                .keys()
                .map(|field| {
                    let name = &context.data.fields[*field].name;
                    format!("{name}: {}", field_selections(name, ", ", 6, context).as_text())
                })
                .collect();
            Dual::text(texts.join(&separator))
        }
        _ => Dual::Null,
    }
}

fn count(field: &str, context: &Context<'_>, wanted: impl Fn(ValueState) -> bool) -> Dual {
    let Some(number) = context.data.field_number(field) else { return Dual::Null };
    let live = context.live(context.state);
    let states = context.selections.value_states(context.data, &live, context.state, number);
    Dual::Number(states.into_iter().filter(|state| wanted(*state)).count() as f64)
}

fn field_selections(field: &str, separator: &str, most: usize, context: &Context<'_>) -> Dual {
    let picked = context.selections.picked(context.data, context.state);
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
