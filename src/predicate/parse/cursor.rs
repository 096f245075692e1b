//! A place in the tokens of a text.

use super::lex::{Kind, Token, tokens};
use crate::predicate::ParseError;

pub(super) struct Cursor<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    /// Never past the last token, which is the end.
    pub(super) position: usize,
    end: Token,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Result<Self, ParseError> {
        let end = Token { kind: Kind::End, at: text.len(), end: text.len() };
        Ok(Self { text, tokens: tokens(text)?, position: 0, end })
    }

    pub(super) fn peek(&self) -> &Token {
        self.ahead(0)
    }

    /// The token that many after the next.
    pub(super) fn ahead(&self, by: usize) -> &Token {
        self.tokens.get(self.position.saturating_add(by)).unwrap_or(&self.end)
    }

    pub(super) fn at(&self) -> usize {
        self.peek().at
    }

    pub(super) fn advance(&mut self) {
        self.position = self.position.saturating_add(1).min(self.tokens.len());
    }

    /// The next token if it is a keyword or unquoted name.
    pub(super) fn word(&self) -> Option<&str> {
        self.word_ahead(0)
    }

    pub(super) fn word_ahead(&self, by: usize) -> Option<&str> {
        match &self.ahead(by).kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(super) fn is_mark(&self, by: usize, mark: char) -> bool {
        self.ahead(by).kind == Kind::Mark(mark)
    }

    /// Goes past the keyword if it comes next.
    pub(super) fn eat(&mut self, word: &str) -> bool {
        let found = self.word() == Some(word);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn eat_mark(&mut self, mark: char) -> bool {
        let found = self.is_mark(0, mark);
        if found {
            self.advance();
        }
        found
    }

    /// Goes past a name that stands after a dot, where any word may be one. But `NOT` before `IN` and its like is no word
    /// of its own to Postgres.
    pub(super) fn label(&mut self) -> Option<String> {
        let is_double = matches!(
            (self.word(), self.word_ahead(1)),
            (Some("not"), Some("between" | "ilike" | "in" | "like" | "similar"))
        );
        let label = match &self.peek().kind {
            Kind::Word(name) | Kind::Quoted(name) if !is_double => name.clone(),
            _ => return None,
        };
        self.advance();
        Some(label)
    }

    pub(super) fn expect_mark(&mut self, mark: char) -> Result<(), ParseError> {
        if self.eat_mark(mark) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// That the next token cannot stand here.
    pub(super) fn unexpected(&self) -> ParseError {
        let Token { at, end, kind } = self.peek();
        match kind {
            Kind::Mark(';') => ParseError::Statements,
            Kind::End => ParseError::Syntax { at: *at, message: "syntax error", near: None },
            _ => ParseError::Syntax { at: *at, message: "syntax error", near: self.slice(*at, *end) },
        }
    }

    /// What is written from `at` to `end`.
    pub(super) fn slice(&self, at: usize, end: usize) -> Option<String> {
        self.text.get(at..end).map(str::to_owned)
    }
}
