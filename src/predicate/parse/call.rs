//! Calls of functions, and what is written like one.

use super::frame::{Frame, Operand};
use super::lex::{ARROW, Kind};
use super::pending::Pending;
use super::{Next, Parser, unsupported};
use crate::predicate::ParseError;
use crate::predicate::expr::{Choice, Name, Node};

const AGGREGATION: &str = "aggregation is not supported in this context";

impl Parser<'_> {
    /// What stands before a parenthesis and is no function's name to Postgres: words of its own.
    pub(super) fn special_call(&mut self, at: usize, word: &str) -> Result<Option<Next>, ParseError> {
        if let Some(choice) = Choice::named(word).filter(|choice| *choice != Choice::NullIf) {
            self.cursor.advance();
            self.cursor.advance();
            self.refuse_query()?;
            self.begin(Frame::new(at, Pending::Choose(choice, Vec::new())))?;
            return Ok(Some(Next::Begun));
        }
        match word {
            "row" => {
                self.cursor.advance();
                self.cursor.advance();
                self.open_row(at, None).map(|row| Some(row.map_or(Next::Begun, Next::Operand)))
            }
            "exists" => Err(self.subquery(at, "EXISTS is not supported yet")),
            "grouping" => Err(unsupported(at, AGGREGATION)),
            "treat" => Err(unsupported(at, "TREAT is not supported: write a cast")),
            word if word.starts_with("xml") && is_xml(word) => {
                Err(unsupported(at, "XmlExpr is not supported in this context"))
            }
            _ => self.worded(at, word),
        }
    }

    /// The call of a function, whose parenthesis comes next.
    pub(super) fn call(&mut self, at: usize, mut parts: Vec<String>) -> Result<Option<Operand>, ParseError> {
        self.cursor.advance();
        let name = parts.pop().unwrap_or_default();
        let schema = parts.pop();
        if !parts.is_empty() || name == "*" {
            return Err(unsupported(at, "functions of other databases are not supported: write schema.function"));
        }
        self.refuse_aggregate(at)?;
        let name = Name { schema, name };
        if self.cursor.eat_mark(')') {
            self.refuse_window(at)?;
            return Ok(Some(Operand::leaf(at, Node::Call(name, Vec::new()))));
        }
        self.refuse_query()?;
        self.begin(Frame::new(at, Pending::Call(name, Vec::new())))?;
        self.refuse_named_argument()?;
        Ok(None)
    }

    /// Refuses what computes over many rows, after the parenthesis.
    fn refuse_aggregate(&self, at: usize) -> Result<(), ParseError> {
        let is_star = matches!(&self.cursor.peek().kind, Kind::Operator(star) if star == "*");
        match self.cursor.word() {
            _ if is_star => Err(unsupported(at, AGGREGATION)),
            Some("distinct" | "all") => Err(unsupported(at, AGGREGATION)),
            _ => Ok(()),
        }
    }

    /// Refuses what makes an aggregate or window function of a call that has ended.
    pub(super) fn refuse_window(&self, at: usize) -> Result<(), ParseError> {
        match self.cursor.word() {
            Some("over" | "filter" | "within") => Err(unsupported(at, AGGREGATION)),
            _ => Ok(()),
        }
    }

    /// Refuses `name => value`, `name := value` and `VARIADIC array`, at an argument's beginning.
    pub(super) fn refuse_named_argument(&self) -> Result<(), ParseError> {
        let at = self.cursor.at();
        if self.cursor.word() == Some("variadic") {
            let at = self.frames.last().map_or(at, Frame::at);
            return Err(unsupported(at, "explicit VARIADIC function calls are not currently supported"));
        }
        let is_name = matches!(self.cursor.peek().kind, Kind::Word(_) | Kind::Quoted(_));
        let is_arrow = self.cursor.is_mark(1, ARROW);
        let is_equals = self.cursor.is_mark(1, ':')
            && matches!(&self.cursor.ahead(2).kind, Kind::Operator(operator) if operator == "=");
        if is_name && (is_arrow || is_equals) {
            return Err(unsupported(at, "named arguments are not supported: write all arguments in their order"));
        }
        Ok(())
    }
}

fn is_xml(word: &str) -> bool {
    matches!(
        word,
        "xmlconcat"
            | "xmlelement"
            | "xmlexists"
            | "xmlforest"
            | "xmlparse"
            | "xmlpi"
            | "xmlroot"
            | "xmlserialize"
            | "xmltable"
    )
}
