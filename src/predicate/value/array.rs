//! Arrays of any dimension.

use std::cmp::Ordering;
use std::fmt::Write;

use smallvec::SmallVec;

use super::Value;
use super::text::{is_blank, trim};
use crate::pg::{PgType, push_array_element};

/// Dimensions that Postgres allows (`MAXDIM`).
const MAX_DIMENSIONS: usize = 6;

/// An array. Equal arrays have the same dimensions and bounds; a NULL element equals a NULL.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Array {
    /// In reading order, those of all dimensions.
    pub(super) elements: Vec<Option<Value>>,
    pub(super) dimensions: SmallVec<[Dimension; 1]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Dimension {
    pub(super) length: usize,
    pub(super) lower: i32,
}

impl Array {
    /// One dimension, counted from 1.
    pub(in crate::predicate) fn flat(elements: Vec<Option<Value>>) -> Self {
        let mut dimensions = SmallVec::new();
        if !elements.is_empty() {
            dimensions.push(Dimension { length: elements.len(), lower: 1 });
        }
        Self { elements, dimensions }
    }

    /// All elements, those of every dimension.
    pub fn elements(&self) -> &[Option<Value>] {
        &self.elements
    }

    /// The same with other elements.
    pub(in crate::predicate) fn map<E>(&self, make: impl Fn(&Value) -> Result<Value, E>) -> Result<Self, E> {
        let elements = self.elements.iter().map(|element| element.as_ref().map(&make).transpose());
        Ok(Self { elements: elements.collect::<Result<_, E>>()?, dimensions: self.dimensions.clone() })
    }

    pub(super) fn parse(text: &str, element: &PgType) -> Option<Self> {
        let text = trim(text);
        let (bounds, body) = match text.strip_prefix('[') {
            Some(_) => {
                let (bounds, body) = text.split_once('=')?;
                (Some(parse_bounds(trim(bounds))?), trim(body))
            }
            None => (None, text),
        };
        let mut reader = Reader { rest: body, element, lengths: SmallVec::new(), elements: Vec::new() };
        reader.level(0)?;
        if !trim(reader.rest).is_empty() {
            return None;
        }
        let lengths = reader.lengths.iter().map(|length| length.unwrap_or_default());
        if reader.elements.is_empty() {
            // `{}`, and nothing like `{{},{}}`, which servers read differently.
            return (bounds.is_none() && reader.lengths.len() == 1).then(|| Self::flat(Vec::new()));
        }
        let dimensions = match bounds {
            None => lengths.map(|length| Dimension { length, lower: 1 }).collect(),
            Some(bounds) if bounds.iter().map(|bound| bound.length).eq(lengths) => bounds,
            Some(_) => return None,
        };
        Some(Self { elements: reader.elements, dimensions })
    }

    pub(super) fn print(&self, ty: &PgType) -> String {
        let element = match ty.base() {
            PgType::Array(element) => element,
            other => other,
        };
        let mut text = String::new();
        if self.dimensions.iter().any(|dimension| dimension.lower != 1) {
            for Dimension { length, lower } in &self.dimensions {
                let upper = i64::from(*lower) + i64::try_from(*length).unwrap_or_default() - 1;
                // Writing to a String cannot fail.
                let _ = write!(text, "[{lower}:{upper}]");
            }
            text.push('=');
        }
        if self.dimensions.is_empty() {
            text.push_str("{}");
        } else {
            print_level(&self.dimensions, &self.elements, element, &mut text);
        }
        text
    }
}

/// As `array_cmp`: elements, then their number, then the dimensions.
impl Ord for Array {
    fn cmp(&self, other: &Self) -> Ordering {
        let elements = self.elements.iter().zip(&other.elements).map(|(a, b)| compare(a.as_ref(), b.as_ref()));
        elements
            .into_iter()
            .find(|order| order.is_ne())
            .unwrap_or_else(|| self.elements.len().cmp(&other.elements.len()))
            .then_with(|| self.dimensions.len().cmp(&other.dimensions.len()))
            .then_with(|| lengths(self).cmp(lengths(other)))
            .then_with(|| lowers(self).cmp(lowers(other)))
    }
}

impl PartialOrd for Array {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn lengths(array: &Array) -> impl Iterator<Item = usize> {
    array.dimensions.iter().map(|dimension| dimension.length)
}

fn lowers(array: &Array) -> impl Iterator<Item = i32> {
    array.dimensions.iter().map(|dimension| dimension.lower)
}

/// NULL is above every value.
fn compare(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => a.cmp(b),
        (a, b) => a.is_none().cmp(&b.is_none()),
    }
}

/// `[1:2][0:1]`
fn parse_bounds(text: &str) -> Option<SmallVec<[Dimension; 1]>> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    let mut dimensions = SmallVec::new();
    for bounds in inner.split("][") {
        let (lower, upper) = bounds.split_once(':')?;
        let (lower, upper) = (trim(lower).parse::<i32>().ok()?, trim(upper).parse::<i32>().ok()?);
        let length = i64::from(upper).checked_sub(i64::from(lower))?.checked_add(1)?;
        dimensions.push(Dimension { length: usize::try_from(length).ok().filter(|length| *length > 0)?, lower });
    }
    (dimensions.len() <= MAX_DIMENSIONS).then_some(dimensions)
}

struct Reader<'a> {
    rest: &'a str,
    element: &'a PgType,
    /// Of each dimension met; `None` while its first level is open.
    lengths: SmallVec<[Option<usize>; 2]>,
    elements: Vec<Option<Value>>,
}

impl Reader<'_> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start_matches(is_blank);
    }

    fn eat(&mut self, c: char) -> bool {
        self.skip();
        let stripped = self.rest.strip_prefix(c);
        self.rest = stripped.unwrap_or(self.rest);
        stripped.is_some()
    }

    /// One pair of braces. All levels of a depth have the same length, and elements stand at the deepest alone.
    fn level(&mut self, depth: usize) -> Option<()> {
        if depth >= MAX_DIMENSIONS || !self.eat('{') {
            return None;
        }
        let first = depth == self.lengths.len();
        if first {
            // A deeper level than that of the elements already read.
            if !self.elements.is_empty() {
                return None;
            }
            self.lengths.push(None);
        }
        let mut length = 0;
        if !self.eat('}') {
            loop {
                self.skip();
                if self.rest.starts_with('{') {
                    self.level(depth + 1)?;
                } else if depth + 1 == self.lengths.len() {
                    let element = self.element()?;
                    self.elements.push(element);
                } else {
                    return None;
                }
                length += 1;
                if self.eat('}') {
                    break;
                }
                if !self.eat(',') {
                    return None;
                }
            }
        }
        let known = self.lengths.get_mut(depth)?;
        (*known.get_or_insert(length) == length).then_some(())
    }

    /// One element, quoted or bare; a backslash takes the next character as it is.
    #[expect(clippy::option_option, reason = "no element, a NULL, a value")]
    fn element(&mut self) -> Option<Option<Value>> {
        let quoted = self.eat('"');
        let mut text = String::new();
        // Bare text loses the blanks at its end, but not escaped ones.
        let (mut kept, mut escaped) = (0, false);
        let mut characters = self.rest.chars();
        loop {
            let before = characters.as_str();
            match characters.next()? {
                '\\' => {
                    text.push(characters.next()?);
                    (kept, escaped) = (text.len(), true);
                }
                '"' if quoted => {
                    self.rest = characters.as_str();
                    break;
                }
                ',' | '}' if !quoted => {
                    self.rest = before;
                    text.truncate(kept);
                    break;
                }
                '"' | '{' if !quoted => return None,
                c => {
                    text.push(c);
                    if quoted || !is_blank(c) {
                        kept = text.len();
                    }
                }
            }
        }
        if !quoted && text.is_empty() {
            return None;
        }
        if !quoted && !escaped && text.eq_ignore_ascii_case("null") {
            return Some(None);
        }
        Value::parse(&text, self.element).ok().map(Some)
    }
}

fn print_level(dimensions: &[Dimension], elements: &[Option<Value>], ty: &PgType, text: &mut String) {
    text.push('{');
    let Some((dimension, inner)) = dimensions.split_first() else { return };
    let size = if inner.is_empty() { 1 } else { elements.len() / dimension.length.max(1) };
    for (i, part) in elements.chunks(size.max(1)).enumerate() {
        if i > 0 {
            text.push(',');
        }
        if inner.is_empty() {
            match part.first() {
                Some(Some(value)) => push_array_element(&value.print(ty), text),
                _ => text.push_str("NULL"),
            }
        } else {
            print_level(inner, part, ty, text);
        }
    }
    text.push('}');
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn parse(text: &str, element: &PgType) -> Option<Array> {
        Array::parse(text, element)
    }

    #[test]
    fn prints_what_it_read() {
        let ty = PgType::Array(Arc::new(PgType::Text));
        for (text, printed) in [
            ("{}", "{}"),
            (" { } ", "{}"),
            ("{a,b}", "{a,b}"),
            ("{ a b , \"c\" }", "{\"a b\",c}"),
            ("{NULL,null,\"NULL\",nul\\l}", "{NULL,NULL,\"NULL\",\"null\"}"),
            ("{\"\",\"a\\\"b\",\"c\\\\d\",\"{\",\"x,y\"}", "{\"\",\"a\\\"b\",\"c\\\\d\",\"{\",\"x,y\"}"),
            ("{{a,b},{c,d}}", "{{a,b},{c,d}}"),
            ("[0:1]={a,b}", "[0:1]={a,b}"),
            ("[1:2]={a,b}", "{a,b}"),
            ("[2:2][0:1]={{a,b}}", "[2:2][0:1]={{a,b}}"),
        ] {
            assert_eq!(parse(text, &PgType::Text).map(|array| array.print(&ty)).as_deref(), Some(printed), "{text}");
        }
    }

    #[test]
    fn broken_ones_are_refused() {
        for text in [
            "",
            "a",
            "{",
            "{a",
            "{a,}",
            "{,a}",
            "{a}}",
            "{a}b",
            "{{a},b}",
            "{a,{b}}",
            "{{a},{b,c}}",
            "{a\"b\"}",
            "[1:2]={a}",
            "[2:1]={}",
            "{{},{}}",
            "{\"a}",
            "{a\\",
            "{{{{{{{1}}}}}}}",
            "{\"a\"b}",
        ] {
            assert_eq!(parse(text, &PgType::Text), None, "{text}");
        }
        assert_eq!(parse("{1,x}", &PgType::Int4), None);
    }

    #[test]
    fn order_is_by_element_then_length() {
        let sorted = ["{}", "{1}", "{1,2}", "{{1,2}}", "{1,NULL}", "{2}", "{NULL}"];
        for (i, a) in sorted.iter().enumerate() {
            for (j, b) in sorted.iter().enumerate() {
                let (a, b) = (parse(a, &PgType::Int4).unwrap(), parse(b, &PgType::Int4).unwrap());
                assert_eq!(a.cmp(&b), i.cmp(&j));
            }
        }
        assert_ne!(parse("[0:0]={1}", &PgType::Int4), parse("{1}", &PgType::Int4));
    }
}
