//! Random expressions on dates, times and intervals.

use super::filter::Writer;
use super::table::{KINDS, Kind};

const UNITS: &[&str] =
    &["second", "milliseconds", "hour", "day", "week", "month", "quarter", "year", "decade", "century", "MILLENNIUM"];
const FIELDS: &[&str] =
    &["epoch", "dow", "isodow", "doy", "isoyear", "minute", "microseconds", "day", "month", "year", "week"];
const ZONES: &[&str] = &["'UTC'", "'gmt'", "'+05:30'", "'-8'", "'Europe/Berlin'", "interval '02:00'", "iv1"];

/// The kind by the name of its columns.
fn kind(column: &str) -> &'static Kind {
    KINDS.iter().find(|kind| kind.column == column).unwrap()
}

impl Writer<'_> {
    /// Something of the kind that is computed, if this kind is.
    pub(super) fn moment(&mut self, of: &Kind) -> Option<String> {
        let mut of_kind = |column: &str| self.operand(kind(column));
        let forms = match of.column {
            "dat" => {
                let (day, days, stamp) = (of_kind("dat"), of_kind("i4"), of_kind("ts"));
                vec![
                    format!("{day} + {days}"),
                    format!("{day} - {days}"),
                    format!("date({stamp})"),
                    format!("{stamp}::date"),
                ]
            }
            "tim" => {
                let (time, span, stamp) = (of_kind("tim"), of_kind("iv"), of_kind("tz"));
                vec![
                    format!("{time} + {span}"),
                    format!("{span} + {time}"),
                    format!("{time} - {span}"),
                    format!("{stamp}::time"),
                ]
            }
            "ttz" => {
                let (time, span, zone) = (of_kind("ttz"), of_kind("iv"), self.random.pick(ZONES));
                vec![format!("{time} + {span}"), format!("{time} - {span}"), format!("{time} AT TIME ZONE {zone}")]
            }
            "ts" => {
                let (stamp, day, span, time, zoned) =
                    (of_kind("ts"), of_kind("dat"), of_kind("iv"), of_kind("tim"), of_kind("tz"));
                let (unit, zone) = (self.random.pick(UNITS), self.random.pick(ZONES));
                vec![
                    format!("{stamp} + {span}"),
                    format!("{span} + {stamp}"),
                    format!("{stamp} - {span}"),
                    format!("{day} + {span}"),
                    format!("{day} - {span}"),
                    format!("{day} + {time}"),
                    format!("date_trunc('{unit}', {stamp})"),
                    format!("{zoned} AT TIME ZONE {zone}"),
                    format!("date_bin({span}, {stamp}, {day})"),
                    format!("{stamp}::timestamp({})", self.random.index(7)),
                ]
            }
            "tz" => {
                let (stamp, day, span, time, local) =
                    (of_kind("tz"), of_kind("dat"), of_kind("iv"), of_kind("ttz"), of_kind("ts"));
                let (unit, zone) = (self.random.pick(UNITS), self.random.pick(ZONES));
                vec![
                    format!("{stamp} + {span}"),
                    format!("{stamp} - {span}"),
                    format!("{day} + {time}"),
                    format!("date_trunc('{unit}', {stamp})"),
                    format!("date_trunc('{unit}', {day})"),
                    format!("{local} AT TIME ZONE {zone}"),
                ]
            }
            "iv" => {
                let (span, stamp, day, time) = (of_kind("iv"), of_kind("ts"), of_kind("dat"), of_kind("tim"));
                let (other, number) = (of_kind("iv"), of_kind("f8"));
                vec![
                    format!("{span} + {other}"),
                    format!("{span} - {other}"),
                    format!("{span} * {number}"),
                    format!("{number} * {span}"),
                    format!("{span} / {number}"),
                    format!("{stamp} - {day}"),
                    format!("{stamp} - ts1"),
                    format!("{time} - tim1"),
                    format!("age({stamp}, {day})"),
                    format!("justify_interval({span})"),
                    format!("date_trunc('{}', {span})", self.random.pick(UNITS)),
                ]
            }
            "num" | "f8" => {
                let from = self.random.pick(&["dat", "tim", "ttz", "ts", "tz", "iv"]);
                let (field, value) = (self.random.pick(FIELDS), self.value(kind(from)));
                vec![if of.column == "num" {
                    format!("EXTRACT({field} FROM {value})")
                } else {
                    format!("date_part('{field}', {value})")
                }]
            }
            "i4" => vec![format!("{} - {}", of_kind("dat"), of_kind("dat"))],
            _ => return None,
        };
        Some(format!("({})", forms[self.random.index(forms.len())]))
    }
}
