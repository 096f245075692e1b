//! Random filters that mostly make sense.

use cluster::Random;

use super::table::{Family, KINDS, Kind};
use crate::pg::{PgType, quote_literal};
use crate::predicate::{Bind, BindType};

/// A filter for us, and the same for Postgres, which gets its `$n` in place.
pub(super) struct Filter {
    pub(super) text: String,
    pub(super) binds: Vec<Bind>,
    pub(super) inlined: String,
    /// Whether it has several parts, of which Postgres need not evaluate all.
    pub(super) is_nested: bool,
}

pub(super) fn filter(random: &mut Random) -> Filter {
    let mut writer = Writer { random, binds: Vec::new(), is_nested: false };
    let text = writer.condition(3);
    let (binds, is_nested) = (writer.binds, writer.is_nested);
    let mut inlined = text.clone();
    for (position, bind) in binds.iter().enumerate().rev() {
        inlined = inlined.replace(&format!("${}", position + 1), &bind.sql);
    }
    Filter { text, binds: binds.into_iter().map(|bind| bind.bind).collect(), inlined, is_nested }
}

struct Inlined {
    bind: Bind,
    sql: String,
}

pub(super) struct Writer<'r> {
    pub(super) random: &'r mut Random,
    binds: Vec<Inlined>,
    pub(super) is_nested: bool,
}

pub(super) const COMPARISONS: &[&str] = &["=", "<>", "<", "<=", ">", ">="];
const PATTERNS: &[&str] =
    &["a%", "%", "", "_", "%b", "a\\%b", "a\\\\b", "A_", "é%", "__", "%_%", "a!%b", "ab", "a", "\\"];

impl Writer<'_> {
    pub(super) fn condition(&mut self, depth: usize) -> String {
        if depth == 0 || self.random.one_in(3) {
            return self.test();
        }
        self.is_nested = true;
        let join = |between: &str, items: Vec<String>| format!("({})", items.join(between));
        match self.random.index(5) {
            0 | 1 => {
                let between = self.random.pick(&[" AND ", " OR "]);
                let items = (0..2 + self.random.index(2)).map(|_| self.condition(depth - 1)).collect();
                join(between, items)
            }
            2 => format!("NOT ({})", self.condition(depth - 1)),
            3 => {
                let test = self.random.pick(&["TRUE", "FALSE", "UNKNOWN", "NULL"]);
                format!("({}) IS {}{test}", self.condition(depth - 1), self.not())
            }
            _ => {
                let (left, right) = (self.condition(depth - 1), self.condition(depth - 1));
                format!("({left}) {} ({right})", self.random.pick(COMPARISONS))
            }
        }
    }

    pub(super) fn not(&mut self) -> &'static str {
        self.random.pick(&["", "NOT "])
    }

    pub(super) fn kind(&mut self) -> &'static Kind {
        &KINDS[self.random.index(KINDS.len())]
    }

    /// Another of the same family, as a rule.
    pub(super) fn relative(&mut self, kind: &'static Kind) -> &'static Kind {
        loop {
            let other = self.kind();
            if other.family == kind.family || self.random.one_in(300) {
                return other;
            }
        }
    }

    fn test(&mut self) -> String {
        let kind = self.kind();
        let other = if self.random.one_in(3) { self.relative(kind) } else { kind };
        match self.random.index(19) {
            0..=3 => {
                let (left, right) = self.pair(kind, other);
                format!("{left} {} {right}", self.random.pick(COMPARISONS))
            }
            4 => {
                let (left, right) = self.pair(kind, other);
                format!("{left} IS {}DISTINCT FROM {right}", self.not())
            }
            5 | 6 => {
                let value = self.value(kind);
                let items: Vec<_> = (0..=self.random.index(3)).map(|_| self.operand(other)).collect();
                format!("{value} {}IN ({})", self.not(), items.join(", "))
            }
            7 => {
                let (value, low, high) = (self.value(kind), self.operand(other), self.operand(kind));
                let symmetric = self.random.pick(&["", "SYMMETRIC "]);
                format!("{value} {}BETWEEN {symmetric}{low} AND {high}", self.not())
            }
            8 | 9 => {
                let (value, array) = (self.operand(kind), self.array_operand(other));
                let quantifier = self.random.pick(&["ANY", "ALL", "SOME"]);
                format!("{value} {} {quantifier} ({array})", self.random.pick(COMPARISONS))
            }
            10 => {
                let (left, right) = (self.array(kind), self.array_operand(other));
                format!("{left} {} {right}", self.random.pick(COMPARISONS))
            }
            11 => {
                let value = if self.random.one_in(3) { self.array(kind) } else { self.operand(kind) };
                format!("{value} IS {}NULL", self.not())
            }
            12 if kind.family == Family::Bool => self.value(kind),
            13 => self.json(),
            14 | 15 => self.array_test(),
            16 => self.row_test(),
            17 => self.text_test(),
            _ => self.like(),
        }
    }

    fn pair(&mut self, kind: &'static Kind, other: &'static Kind) -> (String, String) {
        let (left, right) = (self.value(kind), self.operand(other));
        if self.random.one_in(4) { (right, left) } else { (left, right) }
    }

    fn like(&mut self) -> String {
        let kind = loop {
            let kind = self.kind();
            if kind.family == Family::Text {
                break kind;
            }
        };
        let value = self.value(kind);
        let pattern = if self.random.one_in(8) {
            self.value(kind)
        } else {
            let pattern = self.random.pick(PATTERNS);
            self.literal(pattern, "text")
        };
        match self.random.index(4) {
            0 => format!("{value} {} {pattern}", self.random.pick(&["~~", "!~~", "~~*", "!~~*"])),
            1 => {
                let escape = quote_literal(self.random.pick(&["!", "", "\\", "%", "é"]));
                format!("{value} {}LIKE {pattern} ESCAPE {escape}", self.not())
            }
            _ => format!("{value} {}{} {pattern}", self.not(), self.random.pick(&["LIKE", "ILIKE"])),
        }
    }

    /// A column, a cast of one, or what is computed: its type is known.
    pub(super) fn value(&mut self, kind: &'static Kind) -> String {
        let number = 1 + self.random.index(2);
        if self.random.one_in(6)
            && let Some(computed) = self.moment(kind)
        {
            return computed;
        }
        if kind.family == Family::Number && self.random.one_in(3) {
            return self.number(kind);
        }
        match self.random.index(9) {
            8 if kind.family == Family::Text && self.random.one_in(2) => self.made_text(),
            8 => self.chosen(kind),
            0 => {
                let from = self.relative(kind);
                format!("{}{number}::{}", from.column, kind.cast)
            }
            1 if kind.family == Family::Text => {
                let from = self.kind();
                format!("CAST({}{number} AS {})", from.column, kind.cast)
            }
            _ => format!("{}{number}", kind.column),
        }
    }

    /// A value, or a literal of any form.
    pub(super) fn operand(&mut self, kind: &'static Kind) -> String {
        if self.random.one_in(4) {
            return self.value(kind);
        }
        if self.random.one_in(12) {
            return "NULL".to_owned();
        }
        let text = if self.random.one_in(60) { self.kind().value(self.random) } else { kind.value(self.random) };
        self.literal(&text, kind.cast)
    }

    fn literal(&mut self, text: &str, cast: &str) -> String {
        let is_number = text.strip_prefix('-').unwrap_or(text).starts_with(|c: char| c.is_ascii_digit())
            && text.parse::<f64>().is_ok();
        match self.random.index(8) {
            0 | 1 if is_number && cast != "text" => text.to_owned(),
            2 => format!("{}::{cast}", quote_literal(text)),
            3 => format!("{cast} {}", quote_literal(text)),
            4 | 5 => self.bind(text, cast),
            _ => quote_literal(text),
        }
    }

    fn bind(&mut self, text: &str, cast: &str) -> String {
        let oid = PgType::from_name(cast).and_then(|ty| ty.oid()).filter(|_| self.random.one_in(2));
        let ty = oid.map_or(BindType::Unknown, BindType::Oid);
        let value = (!self.random.one_in(12)).then(|| text.to_owned());
        let literal = value.as_deref().map_or("NULL".to_owned(), quote_literal);
        let sql = if oid.is_some() { format!("({literal}::{cast})") } else { literal };
        self.binds.push(Inlined { bind: Bind { value, ty }, sql });
        format!("${}", self.binds.len())
    }

    pub(super) fn array(&mut self, kind: &'static Kind) -> String {
        let number = 1 + self.random.index(2);
        match self.random.index(10) {
            1 => self.made_array(kind),
            0 => {
                let from = self.relative(kind);
                format!("{}s{number}::{}[]", from.column, kind.cast)
            }
            _ => format!("{}s{number}", kind.column),
        }
    }

    pub(super) fn array_operand(&mut self, kind: &'static Kind) -> String {
        match self.random.index(6) {
            0 | 1 => self.array(kind),
            2 => {
                let items: Vec<_> = (0..=self.random.index(3)).map(|_| self.operand(kind)).collect();
                format!("ARRAY[{}]", items.join(", "))
            }
            3 => format!("{}::{}[]", quote_literal(&kind.array(self.random)), kind.cast),
            4 => {
                let text = kind.array(self.random);
                self.bind(&text, "")
            }
            _ => quote_literal(&kind.array(self.random)),
        }
    }
}
