//! `numeric`: groups of four decimal digits, and how many decimals to show.

use std::fmt::Write;

use super::Fault;
use super::reader::Reader;

const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xC000;
const INFINITY: u16 = 0xD000;
const NEGATIVE_INFINITY: u16 = 0xF000;

/// The most decimals that Postgres shows (`NUMERIC_DSCALE_MASK`).
const MOST_DECIMALS: usize = 0x3FFF;

/// Follows `numeric_recv`, which cuts off what lies beyond the shown decimals, and `get_str_from_var`.
pub(super) fn numeric(bytes: &[u8]) -> Result<String, Fault> {
    let mut reader = Reader::new(bytes);
    let (count, weight, sign) = (reader.u16()?, reader.i16()?, reader.u16()?);
    let decimals = usize::from(reader.u16()?);
    let groups = (0..count).map(|_| group(reader.u16()?)).collect::<Result<Vec<u16>, Fault>>()?;
    reader.end()?;
    let is_negative = match sign {
        0 => false,
        NEGATIVE => true,
        NAN => return Ok("NaN".into()),
        INFINITY => return Ok("Infinity".into()),
        NEGATIVE_INFINITY => return Ok("-Infinity".into()),
        _ => return Err(Fault::Malformed),
    };
    if decimals > MOST_DECIMALS {
        return Err(Fault::Malformed);
    }
    let digits = Digits { groups: &groups, weight: i32::from(weight) };
    let text = digits.show(decimals);
    let is_zero = !text.contains(|c: char| matches!(c, '1'..='9'));
    Ok(if is_negative && !is_zero { format!("-{text}") } else { text })
}

fn group(digits: u16) -> Result<u16, Fault> {
    if digits < 10_000 { Ok(digits) } else { Err(Fault::Malformed) }
}

struct Digits<'a> {
    groups: &'a [u16],
    /// The first group counts 10000^weight.
    weight: i32,
}

impl Digits<'_> {
    /// The group that counts 10000^power.
    fn group(&self, power: i32) -> u16 {
        usize::try_from(self.weight - power).ok().and_then(|at| self.groups.get(at)).copied().unwrap_or_default()
    }

    fn show(&self, decimals: usize) -> String {
        let mut text = String::new();
        for power in (0..=self.weight).rev() {
            push_group(&mut text, self.group(power));
        }
        let whole = text.trim_start_matches('0');
        let mut text = if whole.is_empty() { "0".to_owned() } else { whole.to_owned() };
        if decimals > 0 {
            text.push('.');
            let length = text.len() + decimals;
            let mut power = 0;
            while text.len() < length {
                power -= 1;
                push_group(&mut text, self.group(power));
            }
            text.truncate(length);
        }
        text
    }
}

fn push_group(text: &mut String, group: u16) {
    // Writing to a string cannot fail.
    let _ = write!(text, "{group:04}");
}
