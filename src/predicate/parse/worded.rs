//! Functions of the SQL standard whose arguments stand between words: `SUBSTRING (a FROM b FOR c)`. They become calls of
//! Postgres' own, as in its grammar (`func_expr_common_subexpr`).

use super::frame::{Frame, Operand, build};
use super::level::Level;
use super::lex::Kind;
use super::pending::Pending;
use super::{Next, Parser};
use crate::predicate::ParseError;
use crate::predicate::expr::{Choice, Expr, Name, Node, TypeName};

/// What may stand between arguments.
const SEPARATORS: [&str; 7] = [",", "in", "placing", "from", "for", "similar", "escape"];

/// One that has been begun.
#[derive(Debug)]
pub(super) struct Worded {
    function: Function,
    items: Vec<Expr>,
    /// What stands after each item; a comma also counts.
    words: Vec<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Function {
    Extract,
    Normalize,
    NullIf,
    Overlay,
    Position,
    Substring,
    /// By the name of what does it.
    Trim(&'static str),
    CollationFor,
}

impl Function {
    fn named(word: &str) -> Option<Self> {
        Some(match word {
            "extract" => Self::Extract,
            "normalize" => Self::Normalize,
            "nullif" => Self::NullIf,
            "overlay" => Self::Overlay,
            "position" => Self::Position,
            "substring" => Self::Substring,
            "trim" => Self::Trim("btrim"),
            _ => return None,
        })
    }

    /// Its name where it is called like any other.
    fn plain(self) -> Option<&'static str> {
        match self {
            Self::Overlay => Some("overlay"),
            Self::Substring => Some("substring"),
            _ => None,
        }
    }
}

impl Worded {
    /// The word, if it may come after the next item.
    fn separator(&self, word: &str) -> Option<&'static str> {
        let may_come = match (self.function, self.words.as_slice()) {
            (Function::Position, []) => word == "in",
            (Function::Overlay, []) => matches!(word, "placing" | ","),
            (Function::Overlay, ["placing"]) | (Function::Substring, ["for"]) => word == "from",
            (Function::Overlay, ["placing", "from"]) | (Function::Substring, ["from"]) => word == "for",
            (Function::Substring, []) => matches!(word, "from" | "for" | "similar" | ","),
            (Function::Substring, ["similar"]) => word == "escape",
            (Function::Trim(_), []) => matches!(word, "from" | ","),
            (Function::NullIf | Function::Normalize, [])
            | (Function::Trim(_), _)
            | (Function::Overlay | Function::Substring, [",", ..]) => word == ",",
            _ => false,
        };
        SEPARATORS.into_iter().find(|separator| may_come && *separator == word)
    }

    /// Whether no logic may stand where it is.
    pub(super) fn is_restricted(&self) -> bool {
        self.function == Function::Position
    }

    /// The call; `None` if something is missing.
    fn node(self) -> Option<Node> {
        let Self { function, items, words } = self;
        let built_in = |name: &str, items: Vec<Expr>| Some(Node::Call(Name::built_in(name), items));
        match (function, words.as_slice()) {
            (Function::NullIf, [","]) => Some(Node::Choose(Choice::NullIf, items)),
            (Function::Extract, []) => built_in("extract", items),
            (Function::CollationFor, []) => built_in("pg_collation_for", items),
            (Function::Normalize, []) => built_in("normalize", items),
            (Function::Position, ["in"]) => built_in("position", reversed(items)),
            (Function::Trim(name), ["from", ..]) => {
                let mut items = items;
                items.rotate_left(1);
                built_in(name, items)
            }
            (Function::Trim(name), _) => built_in(name, items),
            (Function::Overlay, ["placing", "from"] | ["placing", "from", "for"]) => built_in("overlay", items),
            (Function::Substring, ["from"] | ["from", "for"] | ["similar", "escape"]) => built_in("substring", items),
            (Function::Substring, ["for", "from"]) => {
                let mut items = items;
                items.swap(1, 2);
                built_in("substring", items)
            }
            (Function::Substring, ["for"]) => built_in("substring", from_the_start(items)),
            (_, words) if words.iter().all(|word| *word == ",") => {
                function.plain().map(|name| Node::Call(Name::bare(name), items))
            }
            _ => None,
        }
    }
}

fn reversed(mut items: Vec<Expr>) -> Vec<Expr> {
    items.reverse();
    items
}

/// `SUBSTRING (a FOR b)` counts from 1, and takes anything for an integer that can be cast to one.
fn from_the_start(items: Vec<Expr>) -> Vec<Expr> {
    let mut items = items.into_iter();
    let text = items.next();
    let start = text.as_ref().map(|text| Expr { node: Node::Number("1".to_owned()), at: text.at });
    let int = TypeName { schema: None, name: "int4".to_owned(), modifiers: Vec::new(), array: false };
    let length = items.map(|length| Expr { at: length.at, node: Node::Cast(Box::new(length), int.clone()) });
    text.into_iter().chain(start).chain(length).collect()
}

impl Parser<'_> {
    /// Begins one of them if `word`, which comes next with a parenthesis, is its name.
    pub(super) fn worded(&mut self, at: usize, word: &str) -> Result<Option<Next>, ParseError> {
        let is_collation = word == "collation" && self.cursor.word_ahead(1) == Some("for");
        let function = if is_collation { Some(Function::CollationFor) } else { Function::named(word) };
        let Some(function) = function else { return Ok(None) };
        self.cursor.advance();
        let _ = is_collation && self.cursor.eat("for");
        self.cursor.expect_mark('(')?;
        self.refuse_query()?;
        let mut worded = Worded { function, items: Vec::new(), words: Vec::new() };
        match function {
            Function::Extract => worded.items.push(self.field()?),
            Function::Trim(_) => worded.function = self.trimmed_side(),
            _ => {}
        }
        if let Some(name) = function.plain().filter(|_| self.cursor.is_mark(0, ')')) {
            self.cursor.advance();
            return Ok(Some(Next::Operand(Operand::leaf(at, Node::Call(Name::bare(name), Vec::new())))));
        }
        self.begin(Frame::new(at, Pending::Worded(worded)))?;
        Ok(Some(Next::Begun))
    }

    /// `year FROM`
    fn field(&mut self) -> Result<Expr, ParseError> {
        let at = self.cursor.at();
        let field = match &self.cursor.peek().kind {
            Kind::Word(field) | Kind::Quoted(field) | Kind::Text(field) => field.clone(),
            _ => return Err(self.cursor.unexpected()),
        };
        self.cursor.advance();
        self.count_term(at)?;
        if self.cursor.eat("from") {
            return Ok(Expr { node: Node::Text(field), at });
        }
        Err(self.cursor.unexpected())
    }

    fn trimmed_side(&mut self) -> Function {
        let name = match self.cursor.word() {
            Some("leading") => "ltrim",
            Some("trailing") => "rtrim",
            Some("both") => "btrim",
            _ => {
                let _ = self.cursor.eat("from");
                return Function::Trim("btrim");
            }
        };
        self.cursor.advance();
        let _ = self.cursor.eat("from");
        Function::Trim(name)
    }

    /// The word or comma, if it stands between arguments of the function that is being read.
    pub(super) fn separator(&self, word: &str) -> Option<&'static str> {
        let Pending::Worded(worded) = &self.bracket()?.kind else { return None };
        let is_of_like = match word {
            // To Postgres' grammar it could be one until `TO` does not follow.
            "similar" => {
                self.cursor.word_ahead(1) == Some("to") || self.open_levels().any(|level| level <= Level::Like)
            }
            "escape" => self.in_like(),
            _ => false,
        };
        worded.separator(word).filter(|_| !is_of_like)
    }

    /// Goes past what [`Self::separator`] has found.
    pub(super) fn separate(&mut self, operand: Operand, word: &'static str) -> Result<Next, ParseError> {
        let at = self.cursor.at();
        let operand = self.reduce(operand, |_| true)?;
        let Some(mut frame) = self.frames.pop() else { return Err(self.cursor.unexpected()) };
        let item = frame.note(operand);
        let Pending::Worded(worded) = &mut frame.kind else { return Err(self.cursor.unexpected()) };
        worded.items.push(item);
        worded.words.push(word);
        self.count_term(at)?;
        self.cursor.advance();
        if worded.function == Function::Normalize {
            let items = std::mem::take(&mut worded.items);
            return self.normal_form(&frame, items).map(Next::Operand);
        }
        self.begin(frame)?;
        Ok(Next::Begun)
    }

    /// `NFC)`, say.
    fn normal_form(&mut self, frame: &Frame, mut items: Vec<Expr>) -> Result<Operand, ParseError> {
        let at = self.cursor.at();
        let Some(form) = self.cursor.word().and_then(form_name) else { return Err(self.cursor.unexpected()) };
        self.cursor.advance();
        self.cursor.expect_mark(')')?;
        items.push(Expr { node: Node::Text(form), at });
        build(frame.at(), frame.depth(), Node::Call(Name::built_in("normalize"), items))
    }

    /// Its closing parenthesis has come.
    pub(super) fn end_worded(&mut self, mut frame: Frame, last: Operand) -> Result<Operand, ParseError> {
        let item = frame.note(last);
        let (at, depth) = (frame.at(), frame.depth());
        let Pending::Worded(mut worded) = frame.kind else { return Err(self.cursor.unexpected()) };
        worded.items.push(item);
        // One of them gets another argument, and a cast, which is a level of its own.
        let is_longer = worded.words == ["for"];
        let depth = depth + usize::from(is_longer);
        if is_longer {
            self.count_term(at)?;
        }
        let Some(node) = worded.node() else { return Err(self.cursor.unexpected()) };
        build(at, depth, node)
    }
}

/// A form of Unicode by its name, as Postgres' functions have it.
pub(super) fn form_name(word: &str) -> Option<String> {
    matches!(word, "nfc" | "nfd" | "nfkc" | "nfkd").then(|| word.to_ascii_uppercase())
}
