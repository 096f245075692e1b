//! Sums of intervals, and the same spans written in other units.

use super::args::{Answer, interval};
use crate::predicate::Value;
use crate::predicate::function::{Args, Function, function};
use crate::predicate::value::{DAY, Interval};

pub(in crate::predicate::function) static FUNCTIONS: &[Function] = &[
    function!("+", (Interval, Interval) -> Interval, |args| {
        let (left, right) = (args.interval(0)?, args.interval(1)?);
        let (months, days) = (left.months.checked_add(right.months), left.days.checked_add(right.days));
        interval(months, days, left.micros.checked_add(right.micros))
    }),
    function!("-", (Interval, Interval) -> Interval, |args| {
        let (left, right) = (args.interval(0)?, args.interval(1)?);
        let (months, days) = (left.months.checked_sub(right.months), left.days.checked_sub(right.days));
        interval(months, days, left.micros.checked_sub(right.micros))
    }),
    function!("-", (Interval) -> Interval, |args| {
        let Interval { months, days, micros } = args.interval(0)?;
        interval(months.checked_neg(), days.checked_neg(), micros.checked_neg())
    }),
    function!("justify_days", (Interval) -> Interval, justify_days),
    function!("justify_hours", (Interval) -> Interval, justify_hours),
    function!("justify_interval", (Interval) -> Interval, justify_interval),
    function!("isfinite", (Interval) -> Bool, |args| {
        let is_infinite = matches!(&*args.value(0)?, Value::Interval(interval) if interval.is_infinite());
        Ok(Some(Value::Bool(!is_infinite)))
    }),
];

const MONTH: i64 = 30;

/// A span at work, where nothing overflows.
#[derive(Clone, Copy)]
struct Wide {
    months: i64,
    days: i64,
    micros: i64,
}

impl Wide {
    fn of(args: &Args<'_>) -> Result<Self, crate::predicate::EvalError> {
        let Interval { months, days, micros } = args.interval(0)?;
        Ok(Self { months: months.into(), days: days.into(), micros })
    }

    /// Whole days out of the hours.
    fn carry_days(&mut self) {
        self.days += self.micros / DAY;
        self.micros %= DAY;
    }

    /// Whole months out of the days.
    fn carry_months(&mut self) {
        self.months += self.days / MONTH;
        self.days %= MONTH;
    }

    /// Days and hours of one sign.
    fn align_hours(&mut self) {
        let step = if self.days.signum() == -self.micros.signum() { self.days.signum() } else { 0 };
        self.days -= step;
        self.micros += step * DAY;
    }

    /// Gives the months the sign of `rest`, which stands for all that is smaller.
    fn align_days(&mut self, rest: i64) {
        let step = if self.months.signum() == -rest.signum() { self.months.signum() } else { 0 };
        self.months -= step;
        self.days += step * MONTH;
    }

    fn finish(self) -> Answer {
        interval(i32::try_from(self.months).ok(), i32::try_from(self.days).ok(), Some(self.micros))
    }
}

fn justify_hours(args: &Args<'_>) -> Answer {
    let mut span = Wide::of(args)?;
    span.carry_days();
    // Before the signs are aligned, which may bring it back.
    if i32::try_from(span.days).is_err() {
        return span.finish();
    }
    span.align_hours();
    span.finish()
}

fn justify_days(args: &Args<'_>) -> Answer {
    let mut span = Wide::of(args)?;
    span.carry_months();
    if i32::try_from(span.months).is_err() {
        return span.finish();
    }
    span.align_days(span.days);
    span.finish()
}

fn justify_interval(args: &Args<'_>) -> Answer {
    let mut span = Wide::of(args)?;
    span.carry_days();
    span.carry_months();
    if i32::try_from(span.months).is_err() {
        return span.finish();
    }
    span.align_days(if span.days == 0 { span.micros } else { span.days });
    span.align_hours();
    span.finish()
}
