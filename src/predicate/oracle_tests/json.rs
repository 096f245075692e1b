//! Random conditions on `jsonb`.

use super::filter::Writer;
use super::table::{JSON, KINDS};
use crate::pg::quote_literal;

const KEYS: &[&str] = &["a", "b", "bb", "", "é", "0", "1", "-1", "x\"y"];
const PATHS: &[&str] = &["{a}", "{a,0}", "{a,b}", "{}", "{b,-1}", "{1}", "{a,NULL}", "{\"\"}", "{0,a}", "{a, 1}"];

impl Writer<'_> {
    pub(super) fn json(&mut self) -> String {
        let value = self.document();
        match self.random.index(9) {
            0 => {
                let op = self.random.pick(&["=", "<>"]);
                format!("{value} {op} {}", self.operand(json()))
            }
            1 => format!("{value} @> {}", self.operand(json())),
            2 => format!("{value} <@ {}", self.operand(json())),
            3 => {
                let key = self.random.pick(KEYS);
                format!("{value} ? {}", quote_literal(key))
            }
            4 => {
                let op = self.random.pick(&["?|", "?&"]);
                let keys = self.random.pick(&["{a,bb}", "{}", "{NULL,0}", "{a,NULL}", "{é,b}"]);
                format!("{value} {op} {}", quote_literal(keys))
            }
            5 => {
                let pattern = self.random.pick(&["%", "1%", "[%", "%é%", "{\"a\": _%", ""]);
                format!("{} LIKE {}", self.text_in(&value), quote_literal(pattern))
            }
            6 => {
                let text = self.random.pick(&["1", "x", "1.10", "true", "null", "[]", "", "{\"a\": 1}"]);
                format!("{} = {}", self.text_in(&value), quote_literal(text))
            }
            7 => {
                let name = self.random.pick(&["object", "array", "string", "number", "boolean", "null"]);
                format!("jsonb_typeof({value}) = '{name}'")
            }
            _ => format!("jsonb_array_length({value}) > 1"),
        }
    }

    /// A document, or what one holds.
    fn document(&mut self) -> String {
        let column = format!("js{}", 1 + self.random.index(2));
        match self.random.index(6) {
            0 => format!("({column} -> {})", quote_literal(self.random.pick(KEYS))),
            1 => format!("({column} -> {})", self.random.pick(&["0", "1", "-1", "(-2)", "5"])),
            2 => format!("({column} #> {})", quote_literal(self.random.pick(PATHS))),
            _ => column,
        }
    }

    fn text_in(&mut self, value: &str) -> String {
        match self.random.index(3) {
            0 => format!("({value} ->> {})", quote_literal(self.random.pick(KEYS))),
            1 => format!("({value} ->> {})", self.random.pick(&["0", "1", "-1"])),
            _ => format!("({value} #>> {})", quote_literal(self.random.pick(PATHS))),
        }
    }
}

fn json() -> &'static super::table::Kind {
    KINDS.iter().find(|kind| kind.values == JSON).unwrap()
}
