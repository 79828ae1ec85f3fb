//! The parser of expressions.

use std::fmt;
use std::sync::Arc;

use super::ast::{AggrOrder, AggrSort, Aggregation, AggregationKind, Binary, Expression, SetExpression, Total, Unary};
use super::functions::{self, Named};
use super::lexer::{Symbol, Token, tokenize};
use crate::value::Dual;

/// Why a text cannot be parsed as an expression, and the position of the error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// The error message.
    pub message: String,
    /// Start of the invalid part, in bytes.
    pub start: usize,
    /// End of the invalid part.
    pub end: usize,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error in expression: {}", self.message)
    }
}

impl std::error::Error for ParseError {}

/// Parses a whole text, which may start with `=`.
pub fn parse(text: &str) -> Result<Expression, ParseError> {
    let tokens = tokenize(text)?;
    // Scripts accept such bare names, expressions do not.
    let foreign = |token: &&Token| matches!(&token.symbol, Symbol::Word(word) if !word.chars().all(is_latin));
    if let Some(token) = tokens.iter().find(foreign) {
        return Err(garbage(text, token.start));
    }
    let mut parser = Parser::new(text, &tokens);
    parser.accept("=");
    let set = match parser.sign() {
        Some("{") => Some(parser.braced_set()?),
        _ => None,
    };
    let mut expression = parser.expression()?;
    if let Some(token) = parser.token() {
        return Err(garbage(text, token.start));
    }
    if let Some(set) = set {
        inherit(&mut expression, &set);
    }
    Ok(expression)
}

/// The engine's error for text after the end of the expression.
fn garbage(text: &str, start: usize) -> ParseError {
    let rest = text[start..].trim_end();
    ParseError { message: format!("Garbage after expression: \"{rest}\""), start, end: text.len() }
}

/// Whether a character is allowed in a bare name: ASCII, and Latin letters with accents.
fn is_latin(c: char) -> bool {
    c.is_ascii() || (c < '\u{250}' && c.is_alphabetic())
}

/// Applies the set before an expression to the aggregations in it that have none.
fn inherit(expression: &mut Expression, set: &SetExpression) {
    match expression {
        Expression::Aggregation(aggregation) => {
            aggregation.set.get_or_insert_with(|| set.clone());
            aggregation.arguments.iter_mut().for_each(|argument| inherit(argument, set));
        }
        Expression::Unary(_, operand) => inherit(operand, set),
        Expression::Binary(_, left, right) => {
            inherit(left, set);
            inherit(right, set);
        }
        Expression::Call(_, arguments) | Expression::Host(_, arguments) | Expression::HostTotal(_, arguments) => {
            arguments.iter_mut().for_each(|argument| inherit(argument, set));
        }
        Expression::Value(_) | Expression::Name(..) | Expression::Slot(_) | Expression::Aggregated(_) => {}
    }
}

/// Maximum nesting of an expression, so that no text can exhaust the stack.
const DEEPEST: usize = 120;

/// Maximum number of consecutive operators of one level, for the same reason.
const LONGEST: usize = 500;

/// Parses expressions from tokens; the caller handles what follows an expression.
#[derive(Debug)]
pub struct Parser<'a> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    /// Creates a parser at the first token.
    pub fn new(text: &'a str, tokens: &'a [Token]) -> Self {
        Self { text, tokens, at: 0, depth: 0 }
    }

    /// The next token.
    pub fn token(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    /// Number of tokens read.
    pub fn position(&self) -> usize {
        self.at
    }

    /// The next symbol.
    pub fn symbol(&self) -> Option<Symbol> {
        self.token().map(|token| token.symbol.clone())
    }

    /// The next symbol, if it is a sign.
    pub fn sign(&self) -> Option<&'static str> {
        match self.token()?.symbol {
            Symbol::Sign(sign) => Some(sign),
            _ => None,
        }
    }

    /// Whether a sign follows the next token.
    pub(super) fn next_is(&self, sign: &str) -> bool {
        matches!(self.tokens.get(self.at + 1), Some(Token { symbol: Symbol::Sign(next), .. }) if *next == sign)
    }

    /// Skips a token.
    pub fn skip(&mut self) {
        self.at += 1;
    }

    /// Goes back to the previous token.
    pub fn back(&mut self) {
        self.at = self.at.saturating_sub(1);
    }

    /// Skips a sign if it is next.
    pub fn accept(&mut self, sign: &str) -> bool {
        let found = self.sign() == Some(sign);
        self.at += usize::from(found);
        found
    }

    /// Skips a sign that must be next.
    pub fn expect(&mut self, sign: &str) -> Result<(), ParseError> {
        // `a>` directly before another sign is lexed as one token, such as `>=`; sets never contain that one.
        if self.accept(sign) { Ok(()) } else { Err(self.error(format!("'{sign}' expected"))) }
    }

    /// Whether a keyword is next.
    pub fn keyword(&self, keyword: &str) -> bool {
        matches!(self.token(), Some(Token { symbol: Symbol::Word(word), .. }) if word.eq_ignore_ascii_case(keyword))
    }

    /// Skips a keyword if it is next.
    pub fn accept_keyword(&mut self, keyword: &str) -> bool {
        let found = self.keyword(keyword);
        self.at += usize::from(found);
        found
    }

    /// An error at the current position.
    pub fn error(&self, message: impl Into<String>) -> ParseError {
        let (start, end) = self.token().map_or((self.text.len(), self.text.len()), |token| (token.start, token.end));
        ParseError { message: message.into(), start, end }
    }

    /// Parses an expression.
    pub fn expression(&mut self) -> Result<Expression, ParseError> {
        self.nested(0)
    }

    /// Parses an expression of operators that bind at least as tightly as the level.
    fn level(&mut self, level: usize) -> Result<Expression, ParseError> {
        let mut left = if self.keyword("not") {
            self.skip();
            Expression::Unary(Unary::Not, Box::new(self.nested(NOT_LEVEL)?))
        } else {
            self.signed()?
        };
        let mut chain = 0;
        while let Some((operator, its_level)) = self.operator().filter(|(_, its_level)| *its_level >= level) {
            chain += 1;
            if chain > LONGEST {
                return Err(self.error("Expression too long"));
            }
            self.skip();
            let right = self.nested(its_level + 1)?;
            left = Expression::Binary(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn nested(&mut self, level: usize) -> Result<Expression, ParseError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error("Expression too deeply nested"));
        }
        let result = self.level(level);
        self.depth -= 1;
        result
    }

    fn operator(&self) -> Option<(Binary, usize)> {
        let token = self.token()?;
        let operator = match &token.symbol {
            Symbol::Sign(sign) => match *sign {
                "=" => Binary::Equal,
                "<>" => Binary::NotEqual,
                "<" => Binary::Less,
                "<=" => Binary::LessEqual,
                ">" => Binary::Greater,
                ">=" => Binary::GreaterEqual,
                "&" => Binary::Concatenate,
                "+" => Binary::Add,
                "-" => Binary::Subtract,
                "*" => Binary::Multiply,
                "/" => Binary::Divide,
                _ => return None,
            },
            Symbol::Word(word) => match word.to_ascii_lowercase().as_str() {
                "or" => Binary::Or,
                "xor" => Binary::Xor,
                "and" => Binary::And,
                "like" => Binary::Like,
                "precedes" => Binary::Precedes,
                "follows" => Binary::Follows,
                "bitand" => Binary::BitAnd,
                "bitor" => Binary::BitOr,
                "bitxor" => Binary::BitXor,
                _ => return None,
            },
            _ => return None,
        };
        Some((operator, level_of(operator)))
    }

    fn signed(&mut self) -> Result<Expression, ParseError> {
        let operator = match self.sign() {
            Some("-") => Unary::Negate,
            Some("+") => Unary::Keep,
            _ if self.keyword("bitnot") => Unary::BitNot,
            _ => return self.operand(),
        };
        self.skip();
        let operand = self.nested(SIGN_LEVEL)?;
        Ok(Expression::Unary(operator, Box::new(operand)))
    }

    fn operand(&mut self) -> Result<Expression, ParseError> {
        let Some(token) = self.token() else {
            return Err(self.error("Expression expected"));
        };
        let expression = match &token.symbol {
            Symbol::Number(number) => Expression::Value(Dual::Number(*number)),
            Symbol::Text(text) => Expression::Value(Dual::Text(Arc::clone(text))),
            Symbol::Word(name) if self.next_is("(") => {
                self.skip();
                self.skip();
                return self.call(name, token);
            }
            Symbol::Word(name) | Symbol::Bracketed(name) | Symbol::Quoted(name) => {
                Expression::Name(Arc::clone(name), token.start, token.end)
            }
            Symbol::Sign("(") => {
                self.skip();
                let inner = self.expression()?;
                self.expect(")")?;
                return Ok(inner);
            }
            Symbol::Sign(sign) => return Err(self.error(format!("Expression expected, found '{sign}'"))),
        };
        self.skip();
        Ok(expression)
    }

    /// A function's arguments, after its opening parenthesis.
    fn call(&mut self, name: &str, token: &Token) -> Result<Expression, ParseError> {
        let Some(named) = functions::find(name) else {
            return Err(ParseError { message: functions::unknown(name), start: token.start, end: token.end });
        };
        let (least, most) = named.arguments();
        let expression = match named {
            Named::Aggregation(kind) => self.aggregation(kind)?,
            Named::Plain(function) => Expression::Call(function, self.arguments()?),
            Named::Host(host, ..) => {
                let total = if self.accept_keyword("total") { Expression::HostTotal } else { Expression::Host };
                total(host, self.arguments()?)
            }
        };
        let count = match &expression {
            Expression::Aggregation(aggregation) => aggregation.arguments.len(),
            Expression::Call(_, arguments) | Expression::Host(_, arguments) | Expression::HostTotal(_, arguments) => {
                arguments.len()
            }
            _ => least,
        };
        if count > 0 && name.eq_ignore_ascii_case("LocalTime") {
            return Err(ParseError {
                message: "LocalTime() of a place: not implemented by the test engine".to_owned(),
                start: token.start,
                end: token.end,
            });
        }
        if count < least || count > most {
            let bound = if count < least { least } else { most };
            return Err(ParseError {
                message: format!("{name} takes {}{bound} parameter(s)", bound_word(least, most, count)),
                start: token.start,
                end: token.end,
            });
        }
        Ok(expression)
    }

    fn aggregation(&mut self, kind: AggregationKind) -> Result<Expression, ParseError> {
        let mut set = None;
        let mut distinct = false;
        let mut total = Total::No;
        loop {
            if self.sign() == Some("{") && set.is_none() {
                set = Some(self.braced_set()?);
            } else if self.keyword("distinct") && !self.next_is("(") {
                self.skip();
                distinct = true;
            } else if self.keyword("nodistinct") {
                return Err(self.error("NODISTINCT: not implemented by the test engine"));
            } else if self.keyword("total") && !self.next_is(")") {
                self.skip();
                total = Total::Except(if self.accept("<") { self.total_fields()? } else { Vec::new() });
            } else if self.keyword("all")
                && !matches!(self.tokens.get(self.at + 1), Some(Token { symbol: Symbol::Sign(_), .. }))
            {
                self.skip();
                set = Some(SetExpression::All);
                total = Total::Except(Vec::new());
            } else {
                break;
            }
        }
        let (arguments, orders) = match kind {
            AggregationKind::Aggr => self.aggr_arguments()?,
            AggregationKind::Plain(_) => (self.arguments()?, Vec::new()),
        };
        Ok(Expression::Aggregation(Box::new(Aggregation { kind, set, distinct, total, arguments, orders })))
    }

    /// The arguments of `Aggr`. Dimensions can have a sort order: `(Month, (NUMERIC, DESCENDING))`.
    fn aggr_arguments(&mut self) -> Result<(Vec<Expression>, Vec<AggrOrder>), ParseError> {
        let mut arguments = vec![self.expression()?];
        let mut orders = Vec::new();
        while self.accept(",") {
            let mut order = AggrOrder::default();
            if self.accept("(") {
                arguments.push(self.expression()?);
                if self.accept(",") {
                    order = self.aggr_order()?;
                }
                self.expect(")")?;
            } else {
                arguments.push(self.expression()?);
            }
            orders.push(order);
        }
        self.end_of_arguments()?;
        Ok((arguments, orders))
    }

    /// The parenthesis after arguments. Anything else that could be an expression is garbage after the expression.
    fn end_of_arguments(&mut self) -> Result<(), ParseError> {
        match self.token() {
            Some(token) if !matches!(token.symbol, Symbol::Sign(_)) => Err(garbage(self.text, token.start)),
            _ => self.expect(")"),
        }
    }

    fn aggr_order(&mut self) -> Result<AggrOrder, ParseError> {
        let mut order = AggrOrder::default();
        self.expect("(")?;
        loop {
            let Some(Symbol::Word(word)) = self.symbol() else { return Err(self.error("Sort order expected")) };
            match word.to_ascii_uppercase().as_str() {
                "LOAD_ORDER" => order.by = AggrSort::LoadOrder,
                "NUMERIC" => order.by = AggrSort::Numeric,
                "TEXT" => order.by = AggrSort::Text,
                "ASC" | "ASCENDING" => order.descending = false,
                "DESC" | "DESCENDING" | "REVERSE" => order.descending = true,
                _ => return Err(self.error(format!("Unknown sort order '{word}'"))),
            }
            self.skip();
            if !self.accept(",") {
                self.expect(")")?;
                return Ok(order);
            }
        }
    }

    fn total_fields(&mut self) -> Result<Vec<Arc<str>>, ParseError> {
        let mut fields = Vec::new();
        loop {
            match self.symbol() {
                Some(Symbol::Word(name) | Symbol::Bracketed(name) | Symbol::Quoted(name)) => {
                    self.skip();
                    fields.push(name);
                }
                _ => return Err(self.error("Field name expected")),
            }
            if !self.accept(",") {
                self.expect(">")?;
                return Ok(fields);
            }
        }
    }

    fn arguments(&mut self) -> Result<Vec<Expression>, ParseError> {
        let mut arguments = Vec::new();
        if self.accept(")") {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression()?);
            if !self.accept(",") {
                return self.end_of_arguments().map(|()| arguments);
            }
        }
    }
}

fn bound_word(least: usize, most: usize, count: usize) -> &'static str {
    if least == most {
        ""
    } else if count < least {
        "at least "
    } else {
        "at most "
    }
}

/// The level of the operand of `not`.
const NOT_LEVEL: usize = 2;
/// The level of the operand of a sign.
const SIGN_LEVEL: usize = 7;

/// How tightly an operator binds.
fn level_of(operator: Binary) -> usize {
    match operator {
        Binary::Or | Binary::Xor => 0,
        Binary::And => 1,
        Binary::Equal
        | Binary::NotEqual
        | Binary::Less
        | Binary::LessEqual
        | Binary::Greater
        | Binary::GreaterEqual
        | Binary::Like
        | Binary::Precedes
        | Binary::Follows => 3,
        Binary::Concatenate => 4,
        Binary::Add | Binary::Subtract | Binary::BitOr | Binary::BitXor => 5,
        Binary::Multiply | Binary::Divide | Binary::BitAnd => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        parse(text).unwrap_err().message
    }

    #[test]
    fn errors_name_what_is_missing() {
        assert_eq!(message("Sum(x"), "')' expected");
        assert_eq!(message("1 2"), "Garbage after expression: \"2\"");
        assert_eq!(message("Sum(Net Sales)"), "Garbage after expression: \"Sales)\"");
        assert_eq!(message("Sum(Выручка)+1"), "Garbage after expression: \"Выручка)+1\"");
        assert!(parse("Sum([Net Sales])+Sum([Выручка])+Sum(Größe)").is_ok());
        assert_eq!(message("Foo(1)"), "'Foo' is not a valid function");
        assert_eq!(message("1+"), "Expression expected");
        assert!(message("If(1)").contains("at least 2"));
        assert!(message(&"(".repeat(10_000)).contains("nested"));
        assert!(message(&"-".repeat(10_000)).contains("nested"));
    }

    #[test]
    fn operators_bind_by_precedence() {
        let tree = |text| format!("{:?}", parse(text).unwrap());
        assert_eq!(tree("1+2*3"), tree("1+(2*3)"));
        assert_eq!(tree("1-2-3"), tree("(1-2)-3"));
        assert_eq!(tree("'a'&1+2"), tree("'a'&(1+2)"));
        assert_eq!(tree("not 1=2 and 3 or 4"), tree("((not (1=2)) and 3) or 4"));
        assert_eq!(tree("=-1*2"), tree("(-1)*2"));
    }

    #[test]
    fn a_set_before_the_expression_applies_to_every_aggregation() {
        let Expression::Binary(_, left, right) = parse("{1} Sum(x) + Sum({$} y)").unwrap() else { panic!() };
        let set = |expression: Expression| match expression {
            Expression::Aggregation(aggregation) => aggregation.set,
            _ => None,
        };
        assert_eq!(set(*left), Some(SetExpression::All));
        assert_eq!(set(*right), Some(SetExpression::Current));
    }

    #[test]
    fn total_and_distinct() {
        let Expression::Aggregation(aggregation) = parse("Count(distinct total <A, [B c]> x)").unwrap() else {
            panic!()
        };
        assert!(aggregation.distinct);
        assert_eq!(aggregation.total, Total::Except(vec!["A".into(), "B c".into()]));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics_the_parser(text in "[-+*/()a-z0-9{}<>=,'\"$ \\[\\]]{0,40}") {
            let _ = parse(&text);
        }
    }
}
