//! Text into tokens, by the rules of Postgres (its manual, "Lexical Structure"; `scan.l` for the corners).

use super::string;
use crate::predicate::ParseError;

/// A token and the bytes it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) at: usize,
    pub(super) end: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword or a name without quotes, folded to lower case.
    Word(String),
    /// A quoted name.
    Quoted(String),
    /// As written.
    Number(String),
    /// A string's content.
    Text(String),
    /// A bit string in lower case, the letter in front.
    Bits(String),
    Param(u32),
    /// `!=` is `<>`.
    Operator(String),
    /// One of `( ) [ ] , ; . :`, with `"` for `::` and `>` for `=>`.
    Mark(char),
    End,
}

/// What [`Kind::Mark`] calls `::`.
pub(super) const CAST: char = '"';
/// What it calls `=>`, which is no operator.
pub(super) const ARROW: char = '>';

/// In bytes (`NAMEDATALEN`, without the zero at the end).
const LONGEST_NAME: usize = 63;

/// All tokens, [`Kind::End`] last.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, ParseError> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blanks()?;
        let at = lexer.at;
        let kind = lexer.kind()?;
        let is_end = kind == Kind::End;
        tokens.push(Token { kind, at, end: lexer.at });
        if is_end {
            return Ok(tokens);
        }
    }
}

/// Reads forward through a text.
pub(super) struct Lexer<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Goes past `prefix` if it comes next, in whatever case.
    pub(super) fn eat(&mut self, prefix: &str) -> bool {
        let found = self.rest().get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        if found {
            self.at += prefix.len();
        }
        found
    }

    pub(super) fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let length = rest.find(|c| !accept(c)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// An error about what stands from `at` to here.
    pub(super) fn error(&self, at: usize, message: &'static str) -> ParseError {
        let near = self.text.get(at..self.at).map(str::to_owned);
        ParseError::Syntax { at, message, near }
    }

    pub(super) fn skip_blanks(&mut self) -> Result<(), ParseError> {
        loop {
            self.take_while(is_blank);
            if self.eat("--") {
                self.take_while(|c| c != '\n' && c != '\r');
            } else if self.rest().starts_with("/*") {
                self.skip_comment()?;
            } else {
                return Ok(());
            }
        }
    }

    /// Comments nest.
    fn skip_comment(&mut self) -> Result<(), ParseError> {
        let (start, mut depth) = (self.at, 0_usize);
        loop {
            if self.eat("/*") {
                depth += 1;
            } else if self.eat("*/") {
                depth -= 1;
                if depth == 0 {
                    return Ok(());
                }
            } else if self.next().is_none() {
                return Err(self.error(start, "unterminated /* comment"));
            }
        }
    }

    fn kind(&mut self) -> Result<Kind, ParseError> {
        if let Some(literal) = string::literal(self)? {
            return Ok(literal);
        }
        let Some(c) = self.peek() else { return Ok(Kind::End) };
        match c {
            '0'..='9' => self.number(),
            '.' if self.rest().get(1..2).is_some_and(|next| next.starts_with(is_digit)) => self.number(),
            '$' => self.param(),
            _ if is_name_start(c) => Ok(Kind::Word(cut(self.take_while(is_name_part)).to_ascii_lowercase())),
            _ if is_operator(c) => self.operator(),
            ':' if self.eat("::") => Ok(Kind::Mark(CAST)),
            '(' | ')' | '[' | ']' | ',' | ';' | '.' | ':' => {
                self.next();
                Ok(Kind::Mark(c))
            }
            _ => {
                let at = self.at;
                self.next();
                Err(self.error(at, "syntax error"))
            }
        }
    }

    /// Decimal digits with a point and an exponent. Other bases and `_` between digits are of Postgres 16 and later,
    /// and are junk here as they are before it.
    fn number(&mut self) -> Result<Kind, ParseError> {
        let at = self.at;
        self.take_while(is_digit);
        if self.eat(".") {
            self.take_while(is_digit);
        }
        let before_exponent = self.at;
        if self.eat("e") {
            let _ = self.eat("+") || self.eat("-");
            if self.take_while(is_digit).is_empty() {
                self.at = before_exponent;
            }
        }
        let end = self.at;
        if !self.take_while(is_name_part).is_empty() {
            return Err(self.error(at, "trailing junk after numeric literal"));
        }
        Ok(Kind::Number(self.text.get(at..end).unwrap_or_default().to_owned()))
    }

    fn param(&mut self) -> Result<Kind, ParseError> {
        let at = self.at;
        self.next();
        let number = self.take_while(is_digit);
        if number.is_empty() {
            return Err(self.error(at, "syntax error"));
        }
        if !self.take_while(is_name_part).is_empty() {
            return Err(self.error(at, "trailing junk after parameter"));
        }
        match number.parse() {
            // As many as the protocol of Postgres has room for.
            Ok(number @ 1..=65_535) => Ok(Kind::Param(number)),
            _ => Err(self.error(at, "parameter number out of range")),
        }
    }

    /// The longest run of operator characters without a comment in it. A sign at its end is the operand's, unless the
    /// operator has a character that no operator of the SQL standard has.
    fn operator(&mut self) -> Result<Kind, ParseError> {
        let at = self.at;
        let run = self.take_while(is_operator);
        let comment = run.find("--").into_iter().chain(run.find("/*")).min();
        let mut operator = run.get(..comment.unwrap_or(run.len())).unwrap_or_default();
        if !operator.contains(['~', '!', '@', '#', '%', '^', '&', '|', '`', '?']) {
            while operator.len() > 1 && operator.ends_with(['+', '-']) {
                operator = operator.get(..operator.len() - 1).unwrap_or_default();
            }
        }
        self.at = at + operator.len();
        if operator == "=>" {
            return Ok(Kind::Mark(ARROW));
        }
        if operator.len() > LONGEST_NAME {
            return Err(self.error(at, "operator too long"));
        }
        Ok(Kind::Operator(if operator == "!=" { "<>".to_owned() } else { operator.to_owned() }))
    }
}

/// As much of a name as Postgres keeps of it.
pub(super) fn cut(name: &str) -> &str {
    let end = (0..=LONGEST_NAME.min(name.len())).rev().find(|&end| name.is_char_boundary(end));
    end.and_then(|end| name.get(..end)).unwrap_or(name)
}

pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

pub(super) fn is_name_part(c: char) -> bool {
    is_name_start(c) || is_digit(c) || c == '$'
}

fn is_operator(c: char) -> bool {
    matches!(c, '~' | '!' | '@' | '#' | '^' | '&' | '|' | '`' | '?' | '+' | '-' | '*' | '/' | '%' | '<' | '>' | '=')
}
