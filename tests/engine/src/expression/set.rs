//! Set analysis: the part in braces.

use std::sync::Arc;

use super::ast::{Element, Modifier, SetExpression, SetOperator, Values};
use super::lexer::Symbol;
use super::parser::{ParseError, Parser};
use crate::value::Dual;

impl Parser<'_> {
    /// `{ set }` at the current position.
    pub(super) fn braced_set(&mut self) -> Result<SetExpression, ParseError> {
        self.expect("{")?;
        if self.accept("}") {
            return Ok(SetExpression::Current);
        }
        let set = self.set_sum()?;
        self.expect("}")?;
        Ok(set)
    }

    fn set_sum(&mut self) -> Result<SetExpression, ParseError> {
        let mut left = self.set_product()?;
        loop {
            let operator = match self.sign() {
                Some("+") => SetOperator::Union,
                Some("-") => SetOperator::Without,
                _ => return Ok(left),
            };
            self.skip();
            let right = self.set_product()?;
            left = SetExpression::Combined(operator, Box::new(left), Box::new(right));
        }
    }

    fn set_product(&mut self) -> Result<SetExpression, ParseError> {
        let mut left = self.set_entity()?;
        loop {
            let operator = match self.sign() {
                Some("*") => SetOperator::Intersection,
                Some("/") => SetOperator::SymmetricDifference,
                _ => return Ok(left),
            };
            self.skip();
            let right = self.set_entity()?;
            left = SetExpression::Combined(operator, Box::new(left), Box::new(right));
        }
    }

    fn set_entity(&mut self) -> Result<SetExpression, ParseError> {
        let entity = if self.accept("(") {
            let inner = self.set_sum()?;
            self.expect(")")?;
            inner
        } else if self.accept("$") {
            self.current_or_back()
        } else if self.accept("-") {
            let set = self.set_entity()?;
            return Ok(SetExpression::Combined(SetOperator::Without, Box::new(SetExpression::All), Box::new(set)));
        } else {
            match self.symbol() {
                Some(Symbol::Number(number)) => {
                    self.skip();
                    match number {
                        0.0 => SetExpression::Nothing,
                        1.0 => SetExpression::All,
                        _ => return Err(self.error("Set expression expected")),
                    }
                }
                Some(Symbol::Word(word)) if word.starts_with("$_") => {
                    self.skip();
                    SetExpression::Back(-word[2..].parse().unwrap_or(1))
                }
                Some(Symbol::Word(name) | Symbol::Bracketed(name) | Symbol::Quoted(name)) => {
                    self.skip();
                    SetExpression::Named(name)
                }
                Some(Symbol::Sign("<" | "<>")) => SetExpression::Current,
                _ => return Err(self.error("Set expression expected")),
            }
        };
        if self.sign() == Some("<>") {
            self.skip();
            return Ok(entity);
        }
        if self.accept("<") {
            let modifiers = self.modifiers()?;
            return Ok(SetExpression::Modified(Box::new(entity), modifiers));
        }
        Ok(entity)
    }

    /// After `$`: a number selects a step back.
    fn current_or_back(&mut self) -> SetExpression {
        if let Some(Symbol::Number(steps)) = self.symbol() {
            self.skip();
            return SetExpression::Back(steps as i64);
        }
        SetExpression::Current
    }

    fn modifiers(&mut self) -> Result<Vec<Modifier>, ParseError> {
        let mut modifiers = Vec::new();
        loop {
            if self.accept(">") {
                return Ok(modifiers);
            }
            let field = self.set_field()?;
            let operator = match self.sign() {
                Some("=") => Some(None),
                Some("+=") => Some(Some(SetOperator::Union)),
                Some("-=") => Some(Some(SetOperator::Without)),
                Some("*=") => Some(Some(SetOperator::Intersection)),
                Some("/=") => Some(Some(SetOperator::SymmetricDifference)),
                _ => None,
            };
            let modifier = match operator {
                // A field without an equals sign clears the selection, like one with nothing after the sign.
                None => Modifier { field, operator: None, values: None },
                Some(operator) => {
                    self.skip();
                    let values = match self.sign() {
                        Some(">" | ",") => None,
                        _ => Some(self.values()?),
                    };
                    Modifier { field, operator, values }
                }
            };
            modifiers.push(modifier);
            if !self.accept(",") {
                self.expect(">")?;
                return Ok(modifiers);
            }
        }
    }

    fn set_field(&mut self) -> Result<Arc<str>, ParseError> {
        match self.symbol() {
            Some(Symbol::Word(name) | Symbol::Bracketed(name) | Symbol::Quoted(name)) => {
                self.skip();
                Ok(name)
            }
            _ => Err(self.error("Field name expected in set modifier")),
        }
    }

    fn values(&mut self) -> Result<Values, ParseError> {
        let mut left = self.value_set()?;
        loop {
            let operator = match self.sign() {
                Some("+") => SetOperator::Union,
                Some("-") => SetOperator::Without,
                Some("*") => SetOperator::Intersection,
                Some("/") => SetOperator::SymmetricDifference,
                _ => return Ok(left),
            };
            self.skip();
            let right = self.value_set()?;
            left = Values::Combined(operator, Box::new(left), Box::new(right));
        }
    }

    fn value_set(&mut self) -> Result<Values, ParseError> {
        if self.accept("(") {
            let inner = self.values()?;
            self.expect(")")?;
            return Ok(inner);
        }
        if self.accept("{") {
            return Ok(Values::List(self.elements()?));
        }
        // A minus without a left operand subtracts from all values.
        if self.accept("-") {
            let all = Values::List(vec![Element::Search("*".into())]);
            return Ok(Values::Combined(SetOperator::Without, Box::new(all), Box::new(self.value_set()?)));
        }
        match self.symbol() {
            Some(Symbol::Word(word)) if self.next_is("(") && matches!(&*word, "P" | "p" | "E" | "e") => {
                self.skip();
                self.skip();
                let set = match self.sign() {
                    Some("{") => self.braced_set()?,
                    _ => SetExpression::Current,
                };
                let field = match self.symbol() {
                    Some(Symbol::Sign(")")) | None => None,
                    _ => Some(self.set_field()?),
                };
                self.expect(")")?;
                Ok(if word.eq_ignore_ascii_case("p") {
                    Values::Possible(Box::new(set), field)
                } else {
                    Values::Excluded(Box::new(set), field)
                })
            }
            Some(Symbol::Word(name) | Symbol::Bracketed(name)) => {
                self.skip();
                Ok(Values::OfField(name))
            }
            _ => Err(self.error("Element set expected in set modifier")),
        }
    }

    fn elements(&mut self) -> Result<Vec<Element>, ParseError> {
        let mut elements = Vec::new();
        loop {
            if self.accept("}") {
                return Ok(elements);
            }
            if self.accept(",") {
                continue;
            }
            elements.push(self.element()?);
            if !matches!(self.sign(), Some("," | "}")) {
                return Err(self.error("'}' expected"));
            }
        }
    }

    fn element(&mut self) -> Result<Element, ParseError> {
        let negative = self.accept("-");
        let element = match self.symbol() {
            Some(Symbol::Number(number)) => Element::Value(Dual::Number(if negative { -number } else { number })),
            Some(Symbol::Text(text)) => Element::Value(Dual::Text(text)),
            Some(Symbol::Quoted(text)) => Element::Search(text),
            Some(Symbol::Word(text) | Symbol::Bracketed(text)) => {
                if text.contains(['*', '?']) {
                    Element::Search(text)
                } else {
                    Element::Value(Dual::Text(text))
                }
            }
            Some(Symbol::Sign(sign @ ("*" | "?"))) => Element::Search(sign.into()),
            _ => return Err(self.error("Value expected in set modifier")),
        };
        self.skip();
        Ok(element)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::{Expression, parse};

    fn set(text: &str) -> SetExpression {
        match parse(&format!("Sum({text} x)")).unwrap() {
            Expression::Aggregation(aggregation) => aggregation.set.unwrap(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn identifiers_and_combinations() {
        assert_eq!(set("{1}"), SetExpression::All);
        assert_eq!(set("{$}"), SetExpression::Current);
        assert_eq!(set("{$1}"), SetExpression::Back(1));
        assert!(matches!(set("{1-$}"), SetExpression::Combined(SetOperator::Without, ..)));
        assert_eq!(set("{Group1}"), SetExpression::Named("Group1".into()));
    }

    #[test]
    fn modifiers() {
        let SetExpression::Modified(of, modifiers) = set("{<F={'a',2,\"x*\"}, G-={1}, [H i]=, K>}") else { panic!() };
        assert_eq!(*of, SetExpression::Current);
        assert_eq!(modifiers.len(), 4);
        assert_eq!(
            modifiers[0].values,
            Some(Values::List(vec![
                Element::Value(Dual::text("a")),
                Element::Value(Dual::Number(2.0)),
                Element::Search("x*".into()),
            ]))
        );
        assert_eq!(modifiers[1].operator, Some(SetOperator::Without));
        assert_eq!(modifiers[2].values, None);
        assert_eq!(&*modifiers[2].field, "H i");
    }

    #[test]
    fn possible_and_excluded_values() {
        let SetExpression::Modified(_, modifiers) = set("{1<F=P({<G={1}>} H)>}") else { panic!() };
        assert!(matches!(&modifiers[0].values, Some(Values::Possible(_, Some(field))) if &**field == "H"));
    }
}
