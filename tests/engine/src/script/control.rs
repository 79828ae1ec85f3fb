//! Control statements: conditions, loops, subroutines.

use super::block::Block;
use super::runner::{Flow, Runner};
use super::split::{Statement, first_word};
use super::{CONTROL_MISMATCH, Outcome, ScriptError};
use crate::expression::{Symbol, tokenize};
use crate::value::Dual;

/// A subroutine.
#[derive(Debug, Clone)]
pub(super) struct Sub {
    pub(super) parameters: Vec<String>,
    pub(super) blocks: Vec<Block>,
}

impl Runner<'_> {
    pub(super) fn conditions(&mut self, parts: &[(Option<Statement>, Vec<Block>)]) -> Outcome<Flow> {
        for (condition, blocks) in parts {
            let holds = match condition {
                None => true,
                Some(statement) => {
                    let text = self.expand(&statement.text);
                    let word = first_word(&text);
                    let mut rest = text[word.len()..].trim();
                    // `ELSE IF` has two words before its condition.
                    if word == "else" {
                        rest = rest[first_word(rest).len()..].trim();
                    }
                    let end = rest.len() - if rest.to_ascii_lowercase().ends_with("then") { 4 } else { 0 };
                    self.condition(&rest[..end]).map_err(|error| self.at(error, statement))?
                }
            };
            if holds {
                return self.blocks(blocks);
            }
        }
        Ok(Flow::On)
    }

    pub(super) fn switch(&mut self, statement: &Statement, parts: &[(Option<Statement>, Vec<Block>)]) -> Outcome<Flow> {
        let text = self.expand(&statement.text);
        let wanted = self.value(text[6..].trim()).map_err(|error| self.at(error, statement))?;
        for (case, blocks) in parts {
            let fits = match case {
                None => true,
                Some(case) => {
                    let text = self.expand(&case.text);
                    let list = format!("Match({}, {})", literal(&wanted), text[4..].trim());
                    self.condition(&list).map_err(|error| self.at(error, case))?
                }
            };
            if fits {
                return self.blocks(blocks);
            }
        }
        Ok(Flow::On)
    }

    pub(super) fn each(&mut self, statement: &Statement, blocks: &[Block]) -> Outcome<Flow> {
        let text = self.expand(&statement.text);
        let rest = text[3..].trim();
        let (name, values) = match first_word(rest).as_str() {
            "each" => self.listed(rest[4..].trim()),
            _ => self.counted(rest),
        }
        .map_err(|error| self.at(error, statement))?;
        for value in values {
            self.set(&name, value);
            self.check_cancelled()?;
            match self.blocks(blocks)? {
                Flow::On => {}
                Flow::LeaveLoop => break,
                flow => return Ok(flow),
            }
        }
        Ok(Flow::On)
    }

    /// `variable IN 'a', 'b'`
    fn listed(&self, text: &str) -> Outcome<(String, Vec<String>)> {
        let word = text.split_whitespace().next().unwrap_or_default();
        let rest = text[word.len()..].trim();
        if first_word(rest) != "in" {
            return Err(ScriptError::new(CONTROL_MISMATCH, text, "Unexpected token, expected one of: 'IN'"));
        }
        let list = rest[2..].trim();
        let mut values = Vec::new();
        let tokens = tokenize(list)?;
        for item in tokens.split(|token| token.symbol == Symbol::Sign(",")) {
            let (Some(first), Some(last)) = (item.first(), item.last()) else { continue };
            let text = &list[first.start..last.end];
            match &first.symbol {
                Symbol::Word(word)
                    if item.len() > 1
                        && ["filelist", "dirlist", "fieldvaluelist"].contains(&word.to_lowercase().as_str()) =>
                {
                    return Err(ScriptError::not_implemented(word));
                }
                Symbol::Word(word) if item.len() == 1 => values.push(word.to_string()),
                _ => values.push(self.value(text)?.as_text().into_owned()),
            }
        }
        Ok((word.to_owned(), values))
    }

    /// `variable = 1 TO 10 STEP 2`
    fn counted(&self, text: &str) -> Outcome<(String, Vec<String>)> {
        let mismatch = || ScriptError::new(CONTROL_MISMATCH, text, "Unexpected token, expected one of: 'TO'");
        let (name, rest) = text.split_once('=').ok_or_else(mismatch)?;
        let tokens = tokenize(rest)?;
        let word = |wanted: &str| {
            tokens
                .iter()
                .position(|token| matches!(&token.symbol, Symbol::Word(word) if word.eq_ignore_ascii_case(wanted)))
        };
        let to = word("to").ok_or_else(mismatch)?;
        let step = word("step");
        let number = |from: usize, end: usize| -> Outcome<f64> {
            Ok(self.value(rest[from..end].trim())?.to_number().unwrap_or(0.0))
        };
        let low = number(0, tokens[to].start)?;
        let high = number(tokens[to].end, step.map_or(rest.len(), |step| tokens[step].start))?;
        let step = step.map_or(Ok(1.0), |step| number(tokens[step].end, rest.len()))?;
        let mut values = Vec::new();
        let mut current = low;
        while step != 0.0 && (high - current) * step.signum() >= 0.0 && values.len() < 1_000_000 {
            values.push(crate::value::plain(current));
            current += step;
        }
        Ok((name.trim().to_owned(), values))
    }

    pub(super) fn repeat(&mut self, start: &Statement, blocks: &[Block], end: &Statement) -> Outcome<Flow> {
        loop {
            if !self.goes_on(start)? {
                return Ok(Flow::On);
            }
            self.check_cancelled()?;
            match self.blocks(blocks)? {
                Flow::On => {}
                Flow::LeaveLoop => return Ok(Flow::On),
                flow => return Ok(flow),
            }
            if !self.goes_on(end)? {
                return Ok(Flow::On);
            }
        }
    }

    /// Whether `DO` or `LOOP` goes on by its condition.
    fn goes_on(&mut self, statement: &Statement) -> Outcome<bool> {
        let text = self.expand(&statement.text);
        let rest = text[first_word(&text).len()..].trim();
        let word = first_word(rest);
        let condition = rest[word.len()..].trim();
        match word.as_str() {
            "while" => self.condition(condition).map_err(|error| self.at(error, statement)),
            "until" => Ok(!self.condition(condition).map_err(|error| self.at(error, statement))?),
            _ => Ok(true),
        }
    }

    pub(super) fn define(&mut self, statement: &Statement, blocks: &[Block]) {
        let (name, parameters) = call(statement.text[3..].trim());
        let sub = Sub { parameters: parameters.into_iter().map(str::to_owned).collect(), blocks: blocks.to_vec() };
        self.subs.insert(name.to_lowercase(), sub);
    }

    pub(super) fn call(&mut self, statement: &Statement) -> Outcome<Flow> {
        let text = self.expand(&statement.text);
        let (name, arguments) = call(text[4..].trim());
        let Some(sub) = self.subs.get(&name.to_lowercase()).cloned() else {
            let error = ScriptError::new(CONTROL_MISMATCH, name, format!("Cannot find subroutine '{name}'"));
            return Err(self.at(error, statement));
        };
        if self.depth > 64 {
            return Err(
                self.at(ScriptError::new(CONTROL_MISMATCH, name, "Subroutines call each other too deeply"), statement)
            );
        }
        let mut values = Vec::new();
        for argument in arguments {
            let value = self.value(argument).map_err(|error| self.at(error, statement))?;
            values.push(value.as_text().into_owned());
        }
        // Parameters are variables while the subroutine runs.
        let before: Vec<Option<String>> = sub.parameters.iter().map(|name| self.variables.get(name).cloned()).collect();
        for (at, parameter) in sub.parameters.iter().enumerate() {
            self.set(parameter, values.get(at).cloned().unwrap_or_default());
        }
        self.depth += 1;
        let flow = self.blocks(&sub.blocks);
        self.depth -= 1;
        for (parameter, before) in sub.parameters.iter().zip(before) {
            match before {
                Some(text) => self.set(parameter, text),
                None => drop(self.variables.remove(parameter)),
            }
        }
        Ok(match flow? {
            Flow::LeaveSub => Flow::On,
            flow => flow,
        })
    }

    /// `EXIT SCRIPT`, `EXIT FOR`, … with `WHEN` or `UNLESS`.
    pub(super) fn exit(&mut self, statement: &Statement) -> Outcome<Flow> {
        let text = self.expand(&statement.text);
        let rest = text[4..].trim();
        let what = first_word(rest);
        let rest = rest[what.len()..].trim();
        let word = first_word(rest);
        let condition = rest[word.len()..].trim();
        let leaves = match word.as_str() {
            "when" => self.condition(condition).map_err(|error| self.at(error, statement))?,
            "unless" => !self.condition(condition).map_err(|error| self.at(error, statement))?,
            _ => true,
        };
        Ok(match what.as_str() {
            _ if !leaves => Flow::On,
            "for" | "do" => Flow::LeaveLoop,
            "sub" => Flow::LeaveSub,
            _ => Flow::Stop,
        })
    }
}

/// A value as an expression would spell it.
fn literal(value: &Dual) -> String {
    match value {
        Dual::Null => "Null()".to_owned(),
        Dual::Number(number) => crate::value::plain(*number),
        other => format!("'{}'", other.as_text().replace('\'', "''")),
    }
}

/// Name and arguments of `name(a, b)`.
fn call(text: &str) -> (&str, Vec<&str>) {
    match text.split_once('(') {
        Some((name, rest)) => {
            let inside = rest.strip_suffix(')').unwrap_or(rest).trim();
            let parts = if inside.is_empty() { Vec::new() } else { inside.split(',').map(str::trim).collect() };
            (name.trim(), parts)
        }
        None => (text, Vec::new()),
    }
}
