//! The prefixes of `LOAD`.

use super::Reader;
use crate::data::JoinSide;
use crate::expression::{Expression, Symbol};
use crate::script::hierarchy::{Ancestors, Levels, Nodes};
use crate::script::merge::Merge;
use crate::script::{Outcome, ScriptError};

/// What to do with the loaded table.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::script) enum Prefix {
    Concatenate(Option<String>),
    NoConcatenate,
    Join(JoinSide, Option<String>),
    Keep(JoinSide, Option<String>),
    Mapping,
    CrossTable {
        attribute: String,
        data: String,
        qualifiers: usize,
    },
    /// The maximum number of rows to load.
    First(Expression),
    /// One table for each field except the first.
    Generic,
    /// The field to match with intervals, and further key fields.
    IntervalMatch(Vec<String>),
    /// A field for each level above a node.
    Hierarchy(Nodes, Levels),
    /// A row for each ancestor of a node.
    HierarchyBelongsTo(Nodes, Ancestors),
    /// The rows are changes of a table.
    Merge(Merge),
    /// The statement is only for partial reloads.
    PartialOnly,
}

impl Reader<'_> {
    pub(super) fn prefixes(&mut self) -> Outcome<Vec<Prefix>> {
        let mut prefixes = Vec::new();
        while let Some(prefix) = self.prefix()? {
            prefixes.extend(prefix);
        }
        Ok(prefixes)
    }

    /// A prefix, or one without an effect here; `None` if there is no further prefix.
    fn prefix(&mut self) -> Outcome<Option<Option<Prefix>>> {
        // A label can come before and after prefixes.
        if self.accept_label() {
            return Ok(Some(None));
        }
        let Some(Symbol::Word(word)) = self.parser.symbol() else { return Ok(None) };
        let word = word.to_lowercase();
        if word == "load" {
            return Ok(None);
        }
        self.parser.skip();
        let prefix = match word.as_str() {
            "outer" => self.join(JoinSide::Outer)?,
            "inner" => self.join(JoinSide::Inner)?,
            "left" => self.join(JoinSide::Left)?,
            "right" => self.join(JoinSide::Right)?,
            "join" => Prefix::Join(JoinSide::Outer, self.of_table()?),
            "keep" => Prefix::Keep(JoinSide::Outer, self.of_table()?),
            "concatenate" => Prefix::Concatenate(self.of_table()?),
            "noconcatenate" => Prefix::NoConcatenate,
            "mapping" => Prefix::Mapping,
            "crosstable" => self.cross_table()?,
            "first" => Prefix::First(self.parser.expression()?),
            "generic" => Prefix::Generic,
            "intervalmatch" => Prefix::IntervalMatch(self.names()?),
            "hierarchy" => self.hierarchy()?,
            "hierarchybelongsto" => self.ancestors()?,
            // In a reload that is not partial, the prefix has no effect.
            "add" | "replace" if self.parser.accept_keyword("only") => Prefix::PartialOnly,
            "add" | "replace" => return Ok(Some(None)),
            // How a file is read the next time has no effect on this reload.
            "buffer" => {
                self.pass_parentheses()?;
                return Ok(Some(None));
            }
            "merge" => {
                let only = self.parser.accept_keyword("only");
                let merge = self.merge()?;
                if only { Prefix::PartialOnly } else { Prefix::Merge(merge) }
            }
            "sample" | "semantic" | "info" | "bundle" => {
                return Err(ScriptError::not_implemented(&word.to_uppercase()));
            }
            _ => {
                self.parser.back();
                return Err(self.unexpected("LOAD"));
            }
        };
        Ok(Some(Some(prefix)))
    }

    fn join(&mut self, side: JoinSide) -> Outcome<Prefix> {
        if self.parser.accept_keyword("join") {
            return Ok(Prefix::Join(side, self.of_table()?));
        }
        if self.parser.accept_keyword("keep") {
            return Ok(Prefix::Keep(side, self.of_table()?));
        }
        // `INNER INTERVALMATCH` does the join on its own.
        if self.parser.keyword("intervalmatch") {
            return Ok(Prefix::Join(side, None));
        }
        Err(self.unexpected("JOIN"))
    }

    fn of_table(&mut self) -> Outcome<Option<String>> {
        if !self.parser.accept("(") {
            return Ok(None);
        }
        let name = self.name("table name")?;
        self.parser.expect(")")?;
        Ok(Some(name))
    }

    /// Names in parentheses.
    fn names(&mut self) -> Outcome<Vec<String>> {
        self.parser.expect("(")?;
        let names = self.list(|reader| reader.name("field name"))?;
        self.parser.expect(")")?;
        Ok(names)
    }

    /// Names in parentheses, some of which are optional.
    fn slots(&mut self, most: usize) -> Outcome<Vec<Option<String>>> {
        self.parser.expect("(")?;
        let mut slots = self.list(|reader| match reader.parser.sign() {
            Some("," | ")") => Ok(None),
            _ => reader.name("field name").map(Some),
        })?;
        if slots.len() > most {
            return Err(self.unexpected(")"));
        }
        self.parser.expect(")")?;
        slots.resize(most, None);
        Ok(slots)
    }

    fn nodes(&self, slots: &mut [Option<String>]) -> Outcome<Nodes> {
        let mut next = |at: usize| slots[at].take().ok_or_else(|| self.unexpected("field name"));
        Ok(Nodes { node: next(0)?, parent: next(1)?, name: next(2)? })
    }

    fn hierarchy(&mut self) -> Outcome<Prefix> {
        let mut slots = self.slots(8)?;
        let nodes = self.nodes(&mut slots)?;
        let mut next = |at: usize| slots[at].take();
        let levels = Levels {
            parent_name: next(3),
            path_source: next(4),
            path: next(5),
            delimiter: next(6).unwrap_or_else(|| "/".to_owned()),
            depth: next(7),
        };
        Ok(Prefix::Hierarchy(nodes, levels))
    }

    fn ancestors(&mut self) -> Outcome<Prefix> {
        let mut slots = self.slots(6)?;
        let nodes = self.nodes(&mut slots)?;
        let mut next = |at: usize| slots[at].take();
        let (Some(id), Some(name)) = (next(3), next(4)) else { return Err(self.unexpected("field name")) };
        Ok(Prefix::HierarchyBelongsTo(nodes, Ancestors { id, name, depth: next(5) }))
    }

    fn merge(&mut self) -> Outcome<Merge> {
        let (mut sequence, mut variable) = (None, None);
        if self.parser.accept("(") {
            sequence = Some(self.name("field name")?);
            if self.parser.accept(",") {
                variable = Some(self.name("variable name")?);
            }
            self.parser.expect(")")?;
        }
        self.require("on")?;
        let keys = self.list(|reader| reader.name("field name"))?;
        Ok(Merge { sequence, variable, keys })
    }

    fn cross_table(&mut self) -> Outcome<Prefix> {
        self.parser.expect("(")?;
        let attribute = self.name("field name")?;
        self.parser.expect(",")?;
        let data = self.name("field name")?;
        let mut qualifiers = 1;
        if self.parser.accept(",") {
            let Some(Symbol::Number(count)) = self.parser.symbol() else { return Err(self.unexpected("number")) };
            self.parser.skip();
            qualifiers = count as usize;
        }
        self.parser.expect(")")?;
        Ok(Prefix::CrossTable { attribute, data, qualifiers })
    }

    /// Skips parentheses and their content, if there are any.
    pub(super) fn pass_parentheses(&mut self) -> Outcome<()> {
        if self.parser.sign() != Some("(") {
            return Ok(());
        }
        let mut depth = 0;
        loop {
            match self.parser.sign() {
                Some("(") => depth += 1,
                Some(")") => depth -= 1,
                _ if self.parser.token().is_none() => return Err(self.unexpected(")")),
                _ => {}
            }
            self.parser.skip();
            if depth == 0 {
                return Ok(());
            }
        }
    }
}
