//! Control statements: conditions, loops, subroutines.

use super::block::Block;
use super::files::Files;
use super::runner::{Flow, Runner};
use super::split::{Statement, first_word, scan};
use super::statement::unquoted;
use super::{CANNOT_OPEN, CONTROL_MISMATCH, Outcome, ScriptError};
use crate::expression::{Symbol, Token, tokenize};
use crate::value::Dual;

/// Lists that `FOR EACH` can iterate over.
const LISTS: [&str; 3] = ["filelist", "dirlist", "fieldvaluelist"];

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
                Symbol::Word(word) if item.len() > 1 && LISTS.contains(&word.to_lowercase().as_str()) => {
                    let argument =
                        list[first.end..last.end].trim().trim_start_matches('(').trim_end_matches(')').trim();
                    values.extend(self.list(&word.to_lowercase(), argument)?);
                }
                // A variable can contain a list.
                Symbol::Word(word) if item.len() == 1 => match self.variables.get(&**word) {
                    Some(text) => values.push(text.clone()),
                    None => values.push(word.to_string()),
                },
                _ => values.push(self.value(text)?.as_text().into_owned()),
            }
        }
        Ok((word.to_owned(), values))
    }

    /// The values of `FileList`, `DirList` and `FieldValueList`.
    fn list(&self, kind: &str, argument: &str) -> Outcome<Vec<String>> {
        if kind == "fieldvaluelist" {
            let field = unquoted(argument);
            let symbols = self.world.store.symbols.get(field).ok_or_else(|| ScriptError::field(field))?;
            return Ok(symbols.values().iter().map(|value| value.as_text().into_owned()).collect());
        }
        let mask = match unquoted(argument) {
            path if path.len() < argument.len() => path.to_owned(),
            _ => self.value(argument)?.as_text().into_owned(),
        };
        let files = &self.world.files;
        let found = if kind == "filelist" { files.find(&mask) } else { files.folders(&mask) };
        match found {
            Ok(found) => Ok(found.iter().map(|path| Files::shown(&mask, path)).collect()),
            // A missing file or folder results in no iterations.
            Err(error) if error.code == CANNOT_OPEN => Ok(Vec::new()),
            Err(error) => Err(error),
        }
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

    /// Whether the condition of `DO` or `LOOP` continues the loop.
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
        for argument in &arguments {
            let value = match self.variables.get(unquoted(argument)).filter(|_| is_name(argument)) {
                Some(text) => text.clone(),
                None => self.value(argument).map_err(|error| self.at(error, statement))?.as_text().into_owned(),
            };
            values.push(value);
        }
        // Parameters are variables while the subroutine runs; missing ones are empty.
        let before: Vec<Option<String>> = sub.parameters.iter().map(|name| self.variables.get(name).cloned()).collect();
        for (at, parameter) in sub.parameters.iter().enumerate() {
            self.set(parameter, values.get(at).cloned().unwrap_or_default());
        }
        self.depth += 1;
        let flow = self.blocks(&sub.blocks);
        self.depth -= 1;
        let after: Vec<Option<String>> = sub.parameters.iter().map(|name| self.variables.get(name).cloned()).collect();
        for (parameter, before) in sub.parameters.iter().zip(before) {
            match before {
                Some(text) => self.set(parameter, text),
                None => drop(self.variables.remove(parameter)),
            }
        }
        // If an argument is the name of a variable, the variable gets the final value of the parameter.
        for ((argument, before), after) in arguments.iter().zip(values).zip(after) {
            if let Some(after) = after.filter(|after| is_name(argument) && *after != before) {
                self.set(unquoted(argument), after);
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

/// A value as an expression.
fn literal(value: &Dual) -> String {
    match value {
        Dual::Null => "Null()".to_owned(),
        Dual::Number(number) => crate::value::plain(*number),
        other => format!("'{}'", other.as_text().replace('\'', "''")),
    }
}

/// Whether an argument is only a name.
fn is_name(argument: &str) -> bool {
    matches!(
        tokenize(argument).as_deref(),
        Ok([Token { symbol: Symbol::Word(_) | Symbol::Bracketed(_) | Symbol::Quoted(_), .. }])
    )
}

/// Name and arguments of `name(a, b)`.
fn call(text: &str) -> (&str, Vec<&str>) {
    let Some((name, rest)) = text.split_once('(') else { return (text, Vec::new()) };
    let inside = rest.trim_end().strip_suffix(')').unwrap_or(rest).trim();
    let mut arguments = Vec::new();
    let (mut depth, mut start) = (0_i32, 0);
    scan(inside, |rest, _| {
        match rest.as_bytes()[0] {
            b'(' => depth += 1,
            b')' => depth -= 1,
            b',' if depth == 0 => {
                let at = inside.len() - rest.len();
                arguments.push(inside[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
        None::<()>
    });
    if !inside.is_empty() {
        arguments.push(inside[start..].trim());
    }
    (name.trim(), arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_split_outside_of_quotes_and_parentheses() {
        assert_eq!(call("a.b ( 'x, y', f(1, 2), [c, d] )"), ("a.b", vec!["'x, y'", "f(1, 2)", "[c, d]"]));
        assert_eq!(call("a"), ("a", vec![]));
        assert_eq!(call("a()"), ("a", vec![]));
        assert_eq!(call("a('x', , 'y')").1.len(), 3);
    }
}
