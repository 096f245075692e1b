//! Strings and quoted names in all the forms Postgres has.

use super::lex::{Kind, Lexer, cut, is_blank, is_name_part};
use crate::predicate::ParseError;

const UNTERMINATED: &str = "unterminated quoted string";
const BAD_UNICODE: &str = "invalid Unicode escape";

/// The string or quoted name that comes next, if one does.
pub(super) fn literal(lexer: &mut Lexer<'_>) -> Result<Option<Kind>, ParseError> {
    let at = lexer.at;
    let content = |raw: Vec<u8>, lexer: &Lexer<'_>| {
        let text = String::from_utf8(raw).ok().filter(|text| !text.contains('\0'));
        text.ok_or_else(|| lexer.error(at, "invalid byte sequence for encoding \"UTF8\""))
    };
    let kind = if lexer.eat("'") {
        Kind::Text(quoted(lexer, at)?)
    } else if lexer.eat("e'") {
        let raw = escaped(lexer, at)?;
        Kind::Text(content(raw, lexer)?)
    } else if lexer.eat("u&'") {
        let raw = quoted(lexer, at)?;
        Kind::Text(unicode(&raw, escape_character(lexer)?).ok_or_else(|| lexer.error(at, BAD_UNICODE))?)
    } else if lexer.eat("b'") {
        Kind::Bits(format!("b{}", bits(lexer, at, 2)?))
    } else if lexer.eat("x'") {
        Kind::Bits(format!("x{}", bits(lexer, at, 16)?))
    } else if lexer.rest().get(..2).is_some_and(|start| start.eq_ignore_ascii_case("n'")) {
        // The literal follows its type.
        lexer.at += 1;
        Kind::Word("nchar".to_owned())
    } else if lexer.eat("\"") {
        Kind::Quoted(cut(&name(lexer, at)?).to_owned())
    } else if lexer.eat("u&\"") {
        let raw = name(lexer, at)?;
        let name = unicode(&raw, escape_character(lexer)?).ok_or_else(|| lexer.error(at, BAD_UNICODE))?;
        Kind::Quoted(cut(&name).to_owned())
    } else {
        return Ok(dollar(lexer)?.map(Kind::Text));
    };
    Ok(Some(kind))
}

/// Up to the closing quote; a doubled one is one.
fn delimited(lexer: &mut Lexer<'_>, quote: char) -> Option<String> {
    let mut content = String::new();
    loop {
        content.push_str(lexer.take_while(|c| c != quote));
        lexer.next()?;
        if lexer.peek() != Some(quote) {
            return Some(content);
        }
        lexer.next();
        content.push(quote);
    }
}

fn quoted(lexer: &mut Lexer<'_>, at: usize) -> Result<String, ParseError> {
    let mut content = String::new();
    loop {
        content.push_str(&delimited(lexer, '\'').ok_or_else(|| lexer.error(at, UNTERMINATED))?);
        if !continues(lexer) {
            return Ok(content);
        }
    }
}

/// The digits of a bit string.
fn bits(lexer: &mut Lexer<'_>, at: usize, radix: u32) -> Result<String, ParseError> {
    let mut digits = String::new();
    loop {
        digits.push_str(lexer.take_while(|c| c != '\''));
        if lexer.next().is_none() {
            return Err(lexer.error(at, "unterminated bit string literal"));
        }
        if !continues(lexer) {
            break;
        }
    }
    if digits.chars().all(|c| c.is_digit(radix)) {
        return Ok(digits.to_ascii_lowercase());
    }
    Err(lexer.error(at, if radix == 2 { "not a valid binary digit" } else { "not a valid hexadecimal digit" }))
}

/// Goes past the opening quote of the same string's next part, which must be on another line.
fn continues(lexer: &mut Lexer<'_>) -> bool {
    let (start, mut newline) = (lexer.at, false);
    loop {
        newline |= lexer.take_while(is_blank).contains(['\n', '\r']);
        if !lexer.eat("--") {
            break;
        }
        lexer.take_while(|c| c != '\n' && c != '\r');
    }
    let found = newline && lexer.eat("'");
    if !found {
        lexer.at = start;
    }
    found
}

fn name(lexer: &mut Lexer<'_>, at: usize) -> Result<String, ParseError> {
    match delimited(lexer, '"') {
        None => Err(lexer.error(at, "unterminated quoted identifier")),
        Some(name) if name.is_empty() => Err(lexer.error(at, "zero-length delimited identifier")),
        Some(name) => Ok(name),
    }
}

/// `$tag$..$tag$`
fn dollar(lexer: &mut Lexer<'_>) -> Result<Option<String>, ParseError> {
    let rest = lexer.rest();
    let tag = rest.strip_prefix('$').and_then(|rest| rest.split_once('$')).map_or("", |(tag, _)| tag);
    let is_tag = !tag.starts_with(|c: char| c.is_ascii_digit()) && tag.chars().all(is_name_part);
    let Some(delimiter) = rest.get(..tag.len() + 2).filter(|start| is_tag && start.starts_with('$')) else {
        return Ok(None);
    };
    if !delimiter.ends_with('$') {
        return Ok(None);
    }
    let start = lexer.at;
    let body = rest.get(delimiter.len()..).unwrap_or_default();
    let Some(length) = body.find(delimiter) else {
        lexer.at = lexer.text.len();
        return Err(lexer.error(start, "unterminated dollar-quoted string"));
    };
    lexer.at += delimiter.len() + length + delimiter.len();
    Ok(body.get(..length).map(str::to_owned))
}

/// The content of an `E''` string: escapes name characters or bytes.
fn escaped(lexer: &mut Lexer<'_>, at: usize) -> Result<Vec<u8>, ParseError> {
    let mut content = Vec::new();
    loop {
        content.extend_from_slice(lexer.take_while(|c| c != '\'' && c != '\\').as_bytes());
        match lexer.next() {
            None => return Err(lexer.error(at, UNTERMINATED)),
            Some('\\') => escape(lexer, &mut content, at)?,
            Some(_) if lexer.eat("'") => content.push(b'\''),
            Some(_) if continues(lexer) => {}
            Some(_) => return Ok(content),
        }
    }
}

/// What stands after a backslash.
fn escape(lexer: &mut Lexer<'_>, content: &mut Vec<u8>, at: usize) -> Result<(), ParseError> {
    let start = lexer.at;
    let Some(c) = lexer.next() else { return Err(lexer.error(at, UNTERMINATED)) };
    let byte = match c {
        'b' => 8,
        'f' => 12,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        '0'..='7' => {
            lexer.at = start;
            // Three octal digits reach 511, of which Postgres keeps the low byte.
            u8::try_from(digits(lexer, 3, 8).unwrap_or_default() & 0xFF).unwrap_or_default()
        }
        'x' => match digits(lexer, 2, 16) {
            Some(byte) => u8::try_from(byte).unwrap_or_default(),
            None => b'x',
        },
        'u' | 'U' => {
            let c = unicode_escape(lexer, if c == 'u' { 4 } else { 8 });
            let c = c.ok_or_else(|| lexer.error(at, BAD_UNICODE))?;
            content.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            return Ok(());
        }
        other => {
            content.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes());
            return Ok(());
        }
    };
    content.push(byte);
    Ok(())
}

/// Up to `most` digits.
fn digits(lexer: &mut Lexer<'_>, most: usize, radix: u32) -> Option<u32> {
    let length = lexer.rest().chars().take(most).take_while(|c| c.is_digit(radix)).count();
    let number = u32::from_str_radix(lexer.rest().get(..length)?, radix).ok()?;
    lexer.at += length;
    Some(number)
}

/// Exactly `count` digits, and those of the second surrogate after those of a first.
fn unicode_escape(lexer: &mut Lexer<'_>, count: usize) -> Option<char> {
    let exactly = |lexer: &mut Lexer<'_>, count| {
        let start = lexer.at;
        digits(lexer, count, 16).filter(|_| lexer.at - start == count)
    };
    let first = exactly(lexer, count)?;
    if !(0xD800..0xDC00).contains(&first) {
        return char::from_u32(first).filter(|&c| c != '\0');
    }
    let second_count = if lexer.rest().starts_with("\\u") {
        4
    } else if lexer.rest().starts_with("\\U") {
        8
    } else {
        return None;
    };
    lexer.at += 2;
    let second = exactly(lexer, second_count)?;
    join_surrogates(first, second)
}

fn join_surrogates(first: u32, second: u32) -> Option<char> {
    let low = second.checked_sub(0xDC00).filter(|&low| low < 0x400)?;
    char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + low)
}

/// What `UESCAPE` names after a string with escapes; a backslash without it.
fn escape_character(lexer: &mut Lexer<'_>) -> Result<char, ParseError> {
    let start = lexer.at;
    lexer.skip_blanks()?;
    if !lexer.eat("uescape") || lexer.peek().is_some_and(is_name_part) {
        lexer.at = start;
        return Ok('\\');
    }
    lexer.skip_blanks()?;
    let at = lexer.at;
    let Some(Kind::Text(text)) = literal(lexer)? else {
        return Err(lexer.error(at, "UESCAPE must be followed by a simple string literal"));
    };
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(c), None) if !c.is_ascii_hexdigit() && !matches!(c, '+' | '\'' | '"') && !is_blank(c) => Ok(c),
        _ => Err(lexer.error(at, "invalid Unicode escape character")),
    }
}

/// The content of a `U&''` string: `\0041`, `\+000041`, `\\`.
fn unicode(raw: &str, escape: char) -> Option<String> {
    let mut lexer = Lexer { text: raw, at: 0 };
    let mut content = String::new();
    let mut first: Option<u32> = None;
    loop {
        let plain = lexer.take_while(|c| c != escape);
        content.push_str(plain);
        if first.is_some() && (!plain.is_empty() || lexer.peek().is_none()) {
            return None;
        }
        if lexer.next().is_none() {
            return Some(content);
        }
        if lexer.peek() == Some(escape) {
            lexer.next();
            content.push(escape);
            first.map_or(Some(()), |_| None)?;
            continue;
        }
        let count = if lexer.eat("+") { 6 } else { 4 };
        let start = lexer.at;
        let code = digits(&mut lexer, count, 16).filter(|_| lexer.at - start == count)?;
        match first.take() {
            Some(high) => content.push(join_surrogates(high, code)?),
            None if (0xD800..0xDC00).contains(&code) => first = Some(code),
            None => content.push(char::from_u32(code).filter(|&c| c != '\0')?),
        }
    }
}
