//! Random CASE, COALESCE and their like, rows, arrays and functions of text.

use super::filter::{COMPARISONS, Writer};
use super::table::{Family, KINDS, Kind};
use crate::pg::quote_literal;

const INDICES: &[&str] = &["0", "1", "2", "3", "-1", "NULL", "i41", "7"];
const PIECES: &[&str] = &["a", "", "b", " ", "é", "ab", "ba", "\\", "%", "日本", "a b", "'"];
const COUNTS: &[&str] = &["0", "1", "2", "-1", "-2", "3", "7", "NULL", "i21", "'1'"];

impl Writer<'_> {
    /// A value of about this kind, chosen among several or taken from an array.
    pub(super) fn chosen(&mut self, kind: &'static Kind) -> String {
        self.is_nested = true;
        let other = if self.random.one_in(4) { self.relative(kind) } else { kind };
        match self.random.index(8) {
            0 | 1 => {
                let choice = self.random.pick(&["coalesce", "COALESCE", "greatest", "least"]);
                let mut items = vec![self.value(kind)];
                items.extend((0..=self.random.index(2)).map(|_| self.operand(other)));
                if self.random.one_in(2) {
                    items.reverse();
                }
                format!("{choice}({})", items.join(", "))
            }
            2 => format!("nullif({}, {})", self.value(kind), self.operand(other)),
            3 | 4 => {
                let (condition, then) = (self.condition(1), self.operand(other));
                let more = if self.random.one_in(3) {
                    format!(" WHEN {} THEN {}", self.condition(0), self.operand(kind))
                } else {
                    String::new()
                };
                let otherwise =
                    if self.random.one_in(4) { String::new() } else { format!(" ELSE {}", self.value(kind)) };
                format!("CASE WHEN {condition} THEN {then}{more}{otherwise} END")
            }
            5 => {
                let of = self.kind();
                let (operand, when) = (self.value(of), self.operand(of));
                let (then, otherwise) = (self.value(kind), self.operand(other));
                format!("CASE {operand} WHEN {when} THEN {then} ELSE {otherwise} END")
            }
            _ => self.element(kind),
        }
    }

    fn element(&mut self, kind: &'static Kind) -> String {
        let index = self.random.pick(INDICES);
        let second = if self.random.one_in(4) { format!("[{}]", self.random.pick(INDICES)) } else { String::new() };
        format!("({})[{index}]{second}", self.array(kind))
    }

    /// An array of about this kind, made of others.
    pub(super) fn made_array(&mut self, kind: &'static Kind) -> String {
        let [low, high] = [0, 1].map(|_| self.random.pick(&["0", "1", "2", "-1", "3", ""]));
        match self.random.index(9) {
            0 => format!("({})[{low}:{high}]", self.array(kind)),
            1 => {
                let (first, last) = if self.random.one_in(2) { ("1", ":") } else { (":2", "2") };
                format!("({})[{first}][{last}]", self.array(kind))
            }
            2 => format!("({} || {})", self.array(kind), self.array_operand(kind)),
            3 => format!("({} || {})", self.array(kind), self.value(kind)),
            4 => format!("({} || {})", self.value(kind), self.array(kind)),
            5 => format!("array_append({}, {})", self.array(kind), self.operand(kind)),
            6 => format!("array_remove({}, {})", self.array(kind), self.operand(kind)),
            7 => format!("array_replace({}, {}, {})", self.array(kind), self.operand(kind), self.operand(kind)),
            _ => format!("coalesce({}, {})", self.array(kind), self.array_operand(kind)),
        }
    }

    /// A condition on arrays.
    pub(super) fn array_test(&mut self) -> String {
        let kind = self.kind();
        match self.random.index(6) {
            0..=2 => {
                let op = self.random.pick(&["@>", "<@", "&&"]);
                format!("{} {op} {}", self.array(kind), self.array_operand(kind))
            }
            3 => {
                let function = self.random.pick(&["array_length", "array_lower", "array_upper"]);
                format!("{function}({}, {}) = 2", self.array(kind), self.random.pick(&["1", "2", "0", "NULL"]))
            }
            4 => {
                let function = self.random.pick(&["cardinality", "array_ndims"]);
                format!("{function}({}) > 1", self.array(kind))
            }
            _ => {
                let (array, element) = (self.array(kind), self.operand(kind));
                let (function, found) =
                    if self.random.one_in(2) { ("array_position", "2") } else { ("array_positions", "'{1}'") };
                format!("{function}({array}, {element}) = {found}")
            }
        }
    }

    /// A condition on rows.
    pub(super) fn row_test(&mut self) -> String {
        let (a, b) = (self.kind(), self.kind());
        let row = format!("({}, {})", self.value(a), self.value(b));
        let other = |random: &mut Self| format!("({}, {})", random.operand(a), random.operand(b));
        let (first, second) = (other(self), other(self));
        match self.random.index(5) {
            0 | 1 => format!("{row} {} {first}", self.random.pick(COMPARISONS)),
            2 => format!("{row} {}IN ({first}, {second})", self.not()),
            3 => format!("{row} IS {}DISTINCT FROM {first}", self.not()),
            _ => format!("{row} IS {}NULL", self.not()),
        }
    }

    fn text_kind(&mut self) -> &'static Kind {
        loop {
            let kind = &KINDS[self.random.index(KINDS.len())];
            if kind.family == Family::Text {
                return kind;
            }
        }
    }

    fn piece(&mut self) -> String {
        if self.random.one_in(8) {
            let kind = self.text_kind();
            return self.value(kind);
        }
        let piece = self.random.pick(PIECES);
        if self.random.one_in(15) { "NULL".to_owned() } else { quote_literal(piece) }
    }

    /// A text made of others.
    pub(super) fn made_text(&mut self) -> String {
        self.is_nested = true;
        let kind = self.text_kind();
        let value = self.value(kind);
        let (first, second) = (self.piece(), self.piece());
        let [n, m] = [0, 1].map(|_| self.random.pick(COUNTS));
        match self.random.index(15) {
            0 => format!("{}({value})", self.random.pick(&["lower", "upper", "reverse", "btrim", "ltrim", "rtrim"])),
            1 => format!("({value} || {first})"),
            2 => {
                let any = self.kind();
                format!("concat({first}, {}, {value})", self.value(any))
            }
            3 => {
                let any = self.kind();
                format!("concat_ws({first}, {value}, {}, {second})", self.value(any))
            }
            4 => format!("substring({value}, {n})"),
            5 => format!("substr({value}, {n}, {})", self.random.pick(&["0", "1", "2", "9", "2147483647"])),
            6 => format!("{}({value}, {n})", self.random.pick(&["left", "right"])),
            7 => format!("{}({value}, {first})", self.random.pick(&["btrim", "ltrim", "rtrim"])),
            8 => format!("{}({value}, {first}, {second})", self.random.pick(&["replace", "translate"])),
            9 => format!("repeat({value}, {n})"),
            10 => format!("{}({value}, {n}, {first})", self.random.pick(&["lpad", "rpad"])),
            11 => format!("split_part({value}, {first}, {})", self.random.pick(&["1", "2", "-1", "-2", "9"])),
            12 => format!("overlay({value} PLACING {first} FROM 2 FOR {m})"),
            13 => format!("array_to_string(string_to_array({value}, {first}), {second}, '*')"),
            _ => format!("({value} COLLATE \"POSIX\")"),
        }
    }

    /// A condition on text.
    pub(super) fn text_test(&mut self) -> String {
        let kind = self.text_kind();
        let (value, piece) = (self.value(kind), self.piece());
        let number = self.random.pick(&["0", "1", "2", "3", "8"]);
        match self.random.index(9) {
            7 => self.regex_test(&value),
            8 => {
                let pattern = self.random.pick(&["%", "_", "(a|b)%", "a+", "%é{1}%", "(a|é)*", "a.", "\\\\%", "|"]);
                format!("{value} {}SIMILAR TO {}", self.not(), quote_literal(pattern))
            }
            0 => {
                let measure = self.random.pick(&["length", "char_length", "octet_length", "bit_length", "ascii"]);
                format!("{measure}({value}) {} {number}", self.random.pick(COMPARISONS))
            }
            1 => format!("strpos({value}, {piece}) = {number}"),
            2 => format!("position({piece} IN {value}) > {number}"),
            3 => format!("starts_with({value}, {piece})"),
            4 => format!("{value} ^@ {piece}"),
            5 => {
                let (op, quantifier) =
                    (self.random.pick(&["LIKE", "NOT LIKE", "ILIKE", "NOT ILIKE", "^@"]), self.quantifier());
                let array = if self.random.one_in(3) { self.array(kind) } else { "'{a%,NULL,_,é%}'".to_owned() };
                format!("{value} {op} {quantifier} ({array})")
            }
            _ => {
                let any = self.kind();
                format!("num_nulls({value}, {}, {piece}) = 1", self.value(any))
            }
        }
    }

    /// A regular expression put together by chance: some are none.
    fn regex_test(&mut self, value: &str) -> String {
        let mut pattern = self.random.pick(&["", "^"]).to_owned();
        for _ in 0..=self.random.index(3) {
            pattern += self.random.pick(&[
                "a", "b", ".", "é", "[ab]", "[^a]", "(a|B)", "(?:a.|b)", "[a-z_]", "\\.", "\\w", "\\d", "[A-Z-]", " ",
                "\\\\", "%",
            ]);
            pattern += self.random.pick(&["", "", "", "*", "+", "?", "{2}", "{0,1}", "*?"]);
        }
        pattern += self.random.pick(&["", "$"]);
        format!("{value} {} {}", self.random.pick(&["~", "~*", "!~", "!~*"]), quote_literal(&pattern))
    }

    fn quantifier(&mut self) -> &'static str {
        self.random.pick(&["ANY", "ALL", "SOME"])
    }
}
