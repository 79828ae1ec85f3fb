//! Control statements with their blocks.

use super::split::{Statement, first_word, split};
use super::{CONTROL_MISMATCH, Outcome, ScriptError};

/// A part of a script.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Block {
    /// A plain statement.
    Plain(Statement),
    /// Conditions with their blocks; the last may have no condition.
    If(Vec<(Option<Statement>, Vec<Block>)>),
    /// `SWITCH` with its cases; the one without a statement is the default.
    Switch(Statement, Vec<(Option<Statement>, Vec<Block>)>),
    /// `FOR … NEXT`.
    For(Statement, Vec<Block>),
    /// `DO … LOOP`; both statements can have conditions.
    Do(Statement, Vec<Block>, Statement),
    /// `SUB … END SUB`.
    Sub(Statement, Vec<Block>),
}

/// Parses a script into blocks.
pub(super) fn parse(script: &str) -> Outcome<Vec<Block>> {
    let statements = split(script);
    let mut reader = Reader { statements: &statements, at: 0 };
    let blocks = reader.blocks(None)?;
    match reader.next() {
        Some(left) => Err(mismatch(left)),
        None => Ok(blocks),
    }
}

/// Whether a text is more than one statement.
pub(super) fn has_several(text: &str) -> bool {
    split(text).len() > 1
}

/// Calls a function with every plain statement.
pub(super) fn statements(blocks: &[Block], see: &mut dyn FnMut(&Statement)) {
    for block in blocks {
        match block {
            Block::Plain(statement) => see(statement),
            Block::If(parts) | Block::Switch(_, parts) => parts.iter().for_each(|(_, blocks)| statements(blocks, see)),
            Block::For(_, blocks) | Block::Do(_, blocks, _) | Block::Sub(_, blocks) => statements(blocks, see),
        }
    }
}

fn mismatch(statement: &Statement) -> Box<ScriptError> {
    let mut error =
        ScriptError::new(CONTROL_MISMATCH, statement.text.as_str(), "Cannot find matching control statement");
    error.line.clone_from(&statement.text);
    error.position.text = statement.start;
    error.position.length = statement.text.len();
    error
}

struct Reader<'a> {
    statements: &'a [Statement],
    at: usize,
}

/// The keyword of a control statement; two words are joined.
fn keyword(statement: &Statement) -> String {
    if !statement.control {
        return String::new();
    }
    let first = first_word(&statement.text);
    if matches!(first.as_str(), "end" | "else") {
        let second = first_word(statement.text[first.len()..].trim_start());
        return first + &second;
    }
    first
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a Statement> {
        self.statements.get(self.at)
    }

    fn next(&mut self) -> Option<&'a Statement> {
        self.at += 1;
        self.statements.get(self.at - 1)
    }

    /// Blocks up to a statement that ends or separates the enclosing block.
    fn blocks(&mut self, opened_by: Option<&Statement>) -> Outcome<Vec<Block>> {
        let mut blocks = Vec::new();
        while let Some(statement) = self.peek() {
            let block = match keyword(statement).as_str() {
                "if" => self.conditions()?,
                "for" => {
                    self.at += 1;
                    let inside = self.blocks(Some(statement))?;
                    self.close(statement, &["next"])?;
                    Block::For(statement.clone(), inside)
                }
                "do" => {
                    self.at += 1;
                    let inside = self.blocks(Some(statement))?;
                    let end = self.close(statement, &["loop"])?;
                    Block::Do(statement.clone(), inside, end.clone())
                }
                "sub" => {
                    self.at += 1;
                    let inside = self.blocks(Some(statement))?;
                    self.close(statement, &["endsub"])?;
                    Block::Sub(statement.clone(), inside)
                }
                "switch" => self.cases()?,
                "next" | "loop" | "endsub" | "endswitch" | "endif" | "elseif" | "else" | "end" | "case" | "default" => {
                    return if opened_by.is_some() { Ok(blocks) } else { Err(mismatch(statement)) };
                }
                _ => {
                    self.at += 1;
                    Block::Plain(statement.clone())
                }
            };
            blocks.push(block);
        }
        opened_by.map_or(Ok(blocks), |opened| Err(mismatch(opened)))
    }

    fn close(&mut self, opened: &Statement, words: &[&str]) -> Outcome<&'a Statement> {
        match self.next() {
            Some(statement) if words.contains(&keyword(statement).as_str()) => Ok(statement),
            Some(statement) => Err(mismatch(statement)),
            None => Err(mismatch(opened)),
        }
    }

    fn cases(&mut self) -> Outcome<Block> {
        let Some(opened) = self.next() else { return Ok(Block::If(Vec::new())) };
        let mut parts = Vec::new();
        let mut next = self.close(opened, &["case", "default", "endswitch"])?;
        while keyword(next) != "endswitch" {
            let inside = self.blocks(Some(opened))?;
            let case = (keyword(next) == "case").then(|| next.clone());
            parts.push((case, inside));
            next = self.close(opened, &["case", "default", "endswitch"])?;
        }
        Ok(Block::Switch(opened.clone(), parts))
    }

    fn conditions(&mut self) -> Outcome<Block> {
        let mut parts = Vec::new();
        let mut condition = self.next();
        let Some(opened) = condition else { return Ok(Block::If(parts)) };
        loop {
            let inside = self.blocks(Some(opened))?;
            parts.push((condition.cloned(), inside));
            let next = self.close(opened, &["elseif", "else", "endif"])?;
            match keyword(next).as_str() {
                "endif" => return Ok(Block::If(parts)),
                "else" => condition = None,
                _ => condition = Some(next),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_nest() {
        let blocks =
            parse("FOR i=1 to 2\nIF $(i)=1 THEN\nx;\nELSE IF $(i)=2 THEN\ny;\nELSE\nz;\nEND IF\nNEXT\nw;").unwrap();
        let [Block::For(_, inside), Block::Plain(_)] = blocks.as_slice() else { panic!("{blocks:?}") };
        let [Block::If(parts)] = inside.as_slice() else { panic!("{inside:?}") };
        assert_eq!(parts.len(), 3);
    }

    #[test]
    fn an_unclosed_block_is_an_error() {
        assert_eq!(parse("x;\nFOR i=1 to 2\nx;").unwrap_err().code, CONTROL_MISMATCH);
        assert_eq!(parse("x; NEXT").unwrap_err().code, CONTROL_MISMATCH);
        assert_eq!(parse("IF 1 THEN\nx;\nNEXT").unwrap_err().code, CONTROL_MISMATCH);
    }
}
