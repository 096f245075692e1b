//! Random texts of every form that the grammar has, with parentheses where they must be and seldom elsewhere.

use cluster::Random;

use super::world::{BINARY, UNARY};

/// What the operands are of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bool,
    Text,
}

pub(super) fn text(random: &mut Random) -> String {
    let kind = if random.one_in(4) { Kind::Text } else { Kind::Bool };
    Writer { random, kind, budget: 9 }.chain(5)
}

/// The same with a token taken out, doubled or moved: mostly no expression.
pub(super) fn mutated(random: &mut Random, text: &str) -> String {
    let mut words: Vec<&str> = text.split(' ').collect();
    let at = random.index(words.len());
    match random.index(4) {
        0 => drop(words.remove(at)),
        1 => words.insert(at, words[at]),
        2 => words.insert(at, random.pick(STRAY)),
        _ => {
            let other = random.index(words.len());
            words.swap(at, other);
        }
    }
    words.join(" ")
}

const STRAY: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    ",",
    ":",
    "::",
    ".",
    "NOT",
    "AND",
    "IN",
    "ESCAPE",
    "FROM",
    "WHEN",
    "END",
    "ANY",
    "ROW",
    "ARRAY",
    "=",
    "+",
    "-",
    "~",
    "OPERATOR(s.+)",
    "COLLATE",
    "AT",
    "a",
    "1",
    "'x'",
    "$1",
    "IS",
    "NULL",
    "int",
    "OVERLAPS",
    "interval",
];

struct Writer<'r> {
    random: &'r mut Random,
    kind: Kind,
    /// How many more operands there may be.
    budget: usize,
}

const COMPARISONS: &[&str] = &["=", "<>", "!=", "<", "<=", ">", ">="];

impl Writer<'_> {
    fn is_bool(&self) -> bool {
        self.kind == Kind::Bool
    }

    /// Operands with operators between them.
    fn chain(&mut self, most: usize) -> String {
        let mut text = self.operand();
        for _ in 0..=self.random.index(most) {
            text = if self.is_bool() && !self.random.one_in(3) { self.condition(&text) } else { self.operation(&text) };
        }
        text
    }

    /// An operator that makes a value of the same kind.
    fn operation(&mut self, left: &str) -> String {
        let right = self.operand();
        match self.random.index(10) {
            0 | 1 => format!("{left} AT TIME ZONE {right}"),
            2 if !self.is_bool() || self.random.one_in(20) => {
                format!("{left} COLLATE {}", self.random.pick(&["\"C\"", "pg_catalog.\"POSIX\""]))
            }
            3 => format!(
                "{left} OPERATOR({}{}) {right}",
                self.random.pick(&["s.", "public.", ""]),
                self.random.pick(BINARY)
            ),
            _ => format!("{left} {} {right}", self.random.pick(BINARY)),
        }
    }

    fn condition(&mut self, left: &str) -> String {
        let next = self.operand();
        let not = self.random.pick(&["", "NOT "]);
        match self.random.index(15) {
            0 => {
                let tests = [
                    "ISNULL",
                    "NOTNULL",
                    "IS NULL",
                    "IS NOT TRUE",
                    "IS UNKNOWN",
                    "IS NFC NORMALIZED",
                    "IS NOT NORMALIZED",
                ];
                format!("{left} {}", self.random.pick(&tests))
            }
            1 => format!("{left} {not}IN ( {next} , {} )", self.operand()),
            2 | 3 => {
                let between = self.random.pick(&["BETWEEN", "BETWEEN SYMMETRIC", "BETWEEN ASYMMETRIC"]);
                let low = if self.random.one_in(2) { self.inner() } else { next };
                format!("{left} {not}{between} {low} AND {}", self.operand())
            }
            4 => {
                let op = self.random.pick(&["=", "<>", "<", "LIKE", "NOT ILIKE", "+", "~", "||", "OPERATOR(s.@>)"]);
                format!("{left} {op} {} ( \"A\" )", self.random.pick(&["ANY", "ALL", "SOME"]))
            }
            5 | 6 => {
                let like = self.random.pick(&["LIKE", "NOT LIKE", "ILIKE", "SIMILAR TO", "NOT SIMILAR TO"]);
                let escape = if self.random.one_in(2) { format!(" ESCAPE {}", self.operand()) } else { String::new() };
                format!("{left} {like} {next}{escape}")
            }
            7 => format!("{left} {} {next}", self.random.pick(&["~~", "!~~", "~~*", "!~~*"])),
            8 => format!("{left} IS {not}DISTINCT FROM {next}"),
            9 | 10 => format!("{left} {} {next}", self.random.pick(COMPARISONS)),
            _ => format!("{left} {} {next}", self.random.pick(&["AND", "OR"])),
        }
    }

    /// An operator inside the lower bound of a `BETWEEN`.
    fn inner(&mut self) -> String {
        let operators = &["=", "<", "AND", "LIKE", "~~", "IS DISTINCT FROM", "+", "~", "AT TIME ZONE", "OPERATOR(s.+)"];
        format!("{} {} {}", self.operand(), self.random.pick(operators), self.operand())
    }

    fn operand(&mut self) -> String {
        let not = if self.is_bool() { self.random.pick(&["", "", "", "NOT "]) } else { "" };
        let sign = if self.random.one_in(4) { self.prefix() } else { String::new() };
        let cast = if self.is_bool() { "::bool" } else { "::text" };
        let cast = if self.random.one_in(5) { cast } else { "" };
        format!("{not}{sign}{}{cast}", self.atom())
    }

    fn prefix(&mut self) -> String {
        if self.random.one_in(8) { "OPERATOR(s.-) ".to_owned() } else { format!("{} ", self.random.pick(UNARY)) }
    }

    fn atom(&mut self) -> String {
        self.budget = self.budget.saturating_sub(1);
        if self.budget > 0 && self.random.one_in(3) {
            return self.enclosed();
        }
        if self.is_bool() {
            let atoms = ["a", "b", "c", "TRUE", "NULL::bool", "bool 't'", "\"A\"[i]", "(p).a", "(p).\"C\"[1]"];
            self.random.pick(&atoms).to_owned()
        } else {
            self.random
                .pick(&["d", "e", "text 'x'", "\"D\"[i]", "(p).b", "U&'\\0041'::text", "E'\\n'::text"])
                .to_owned()
        }
    }

    /// What brings its own brackets.
    fn enclosed(&mut self) -> String {
        let one = self.chain(2);
        let two = |writer: &mut Self| writer.chain(2);
        match self.random.index(16) {
            0 if self.is_bool() => self.case(),
            1 => format!(
                "( {} )[1]::{}",
                if self.is_bool() { "\"A\"" } else { "\"D\"" },
                if self.is_bool() { "bool" } else { "text" }
            ),
            2 => format!(
                "( {} {} )[i]",
                if self.is_bool() { "\"A\"" } else { "\"D\"" },
                self.random.pick(&["[1:2]", "[:i]", "[i:]", "[:]"])
            ),
            3 => format!("( ARRAY[ {one} , {} ] )[1]", two(self)),
            4 => format!("( ARRAY[ [ {one} , {} ] , [ {} , a ] ] )[1][2]", two(self), two(self)),
            5 => format!("coalesce( {one} , {} )", two(self)),
            6 => format!("nullif( {one} , {} )", two(self)),
            7 => format!("greatest( {one} , {} )", two(self)),
            8 => format!("cast( {one} AS {} )", if self.is_bool() { "bool" } else { "text" }),
            9 => self.function(&one),
            10 | 11 if self.is_bool() => self.worded(&one),
            12 if self.is_bool() => self.rows(&one),
            // Nested conjunctions are one to us, and not always to Postgres.
            _ if one.contains(" AND ") || one.contains(" OR ") => format!("( {one} )::bool"),
            _ => format!("( {one} )"),
        }
    }

    fn function(&mut self, one: &str) -> String {
        let name = match (self.is_bool(), self.random.index(3)) {
            (true, 0) => "s.f",
            (true, _) => "f",
            (false, 0) => "s.\"ft\"",
            (false, _) => "ft",
        };
        match self.random.index(3) {
            0 => format!("{name}()"),
            1 => format!("{name}( {one} )"),
            _ => format!("{name}( {one} , {} )", self.chain(1)),
        }
    }

    fn case(&mut self) -> String {
        let operand = if self.random.one_in(2) { format!(" {}", self.chain(1)) } else { String::new() };
        let mut text = format!("CASE{operand}");
        for _ in 0..=self.random.index(2) {
            text = format!("{text} WHEN {} THEN {}", self.chain(1), self.chain(1));
        }
        let otherwise = if self.random.one_in(2) { format!(" ELSE {}", self.chain(1)) } else { String::new() };
        format!("{text}{otherwise} END")
    }

    fn worded(&mut self, one: &str) -> String {
        let (two, three) = (self.chain(1), self.operand());
        match self.random.index(17) {
            0 => format!("substring( {one} FROM {two} )"),
            1 => format!("substring( {one} FROM {two} FOR {three} )"),
            2 => format!("substring( {one} FOR {two} FROM {three} )"),
            3 => format!("substring( {one} FOR {two} )"),
            4 => format!("substring( {one} SIMILAR {two} ESCAPE {three} )"),
            5 => format!("substring( {one} , {two} )"),
            6 => format!("position( {} IN {} )", self.inner(), self.inner()),
            7 => format!("trim( {} {one} FROM {two} )", self.random.pick(&["", "BOTH", "LEADING", "TRAILING"])),
            8 => format!("trim( {} {one} )", self.random.pick(&["", "BOTH", "LEADING FROM", "TRAILING FROM", "FROM"])),
            9 => format!("trim( {one} , {two} )"),
            10 => format!("overlay( {one} PLACING {two} FROM {three} )"),
            11 => format!("overlay( {one} PLACING {two} FROM {three} FOR a )"),
            12 => format!("extract( {} FROM {one} )", self.random.pick(&["year", "'Day'", "epoch", "\"Q\""])),
            13 => format!("normalize( {one} )"),
            14 => format!("normalize( {one} , {} )", self.random.pick(&["NFC", "NFKD"])),
            15 => format!("overlay( {one} , {two} , {three} )"),
            _ => format!("position( {one} IN {two} )"),
        }
    }

    fn rows(&mut self, one: &str) -> String {
        let two = self.chain(1);
        match self.random.index(6) {
            0 => format!("( ( {one} , {two} ) = ROW( a , b ) )"),
            1 => format!("( ( {one} , a ) IN ( ( {two} , b ) , ROW( b , c ) ) )"),
            2 => format!("( {one} , {two} ) OVERLAPS ( a , {two} )"),
            3 => format!("( ROW( {one} ) IS DISTINCT FROM ROW( {two} ) )"),
            4 => format!("( ROW( {one} , {two} ) IS NULL )"),
            _ => format!("ROW( a , {one} ) OVERLAPS ROW( {two} , c )"),
        }
    }
}
