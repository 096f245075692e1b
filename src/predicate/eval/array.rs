//! What is taken from arrays: subscripts, slices, and operators on each element.

use super::{Operand, Truth, lower};
use crate::predicate::function::Args;
use crate::predicate::like::is_like;
use crate::predicate::term::{Each, Part, Term, Test};
use crate::predicate::value::Array;
use crate::predicate::{EvalError, Row, Value};

impl Part {
    pub(super) fn operand<'a>(&'a self, row: &'a impl Row) -> Result<Option<Operand<'a>>, EvalError> {
        let Some(array) = self.value.operand(row)? else { return Ok(None) };
        let Some(Value::Array(array)) = array.value() else { return Ok(None) };
        let mut bounds = Vec::with_capacity(self.bounds.len());
        for (low, high) in &self.bounds {
            let (Some(low), Some(high)) = (index(low.as_ref(), row)?, index(high.as_ref(), row)?) else {
                return Ok(None);
            };
            bounds.push((low, high));
        }
        if self.is_slice {
            return Ok(Some(Operand::Value(Value::Array(Box::new(array.slice(&bounds))))));
        }
        let indices: Vec<_> = bounds.into_iter().filter_map(|(_, index)| index).collect();
        Ok(array.element(&indices).map(|element| Operand::Value(element.clone())))
    }
}

/// The value of a bound, `Some(None)` if there is none; `None` for NULL.
#[expect(clippy::option_option, reason = "no bound, a NULL, a number")]
fn index(bound: Option<&Term>, row: &impl Row) -> Result<Option<Option<i64>>, EvalError> {
    let Some(bound) = bound else { return Ok(Some(None)) };
    Ok(match bound.operand(row)?.as_ref().and_then(Operand::value) {
        Some(Value::Int(index)) => Some(Some(*index)),
        _ => None,
    })
}

impl Each {
    pub(super) fn truth(&self, row: &impl Row) -> Result<Truth, EvalError> {
        let value = self.value.operand(row)?;
        let Some(array) = self.array.operand(row)? else { return Ok(None) };
        let mut truth = Some(self.all);
        for element in array.value().map_or(&[][..], elements) {
            let element = element.as_ref().map(|element| Operand::of(element).converted(&self.element)).transpose()?;
            match self.test.truth(value.as_ref(), element)? {
                None => truth = None,
                Some(found) if found != self.all => return Ok(Some(found)),
                Some(_) => {}
            }
        }
        Ok(truth)
    }
}

fn elements(value: &Value) -> &[Option<Value>] {
    match value {
        Value::Array(array) => Array::elements(array),
        _ => &[],
    }
}

impl Test {
    fn truth(&self, value: Option<&Operand<'_>>, element: Option<Operand<'_>>) -> Result<Truth, EvalError> {
        match self {
            Self::Like { case, negated } => {
                let (Some(value), Some(element)) = (value, element) else { return Ok(None) };
                let (Some(value), Some(pattern)) = (value.bytes(), element.bytes()) else { return Ok(None) };
                let found = match case {
                    None => is_like(value, pattern)?,
                    Some(case) => is_like(&lower(value, *case), &lower(pattern, *case))?,
                };
                Ok(Some(found != *negated))
            }
            Self::Call { function, case } => {
                let operands = [value.map(Operand::borrowed), element];
                let may_run = !function.traits.is_strict || operands.iter().all(Option::is_some);
                let Some(run) = function.run.filter(|_| may_run) else { return Ok(None) };
                Ok(match run(&Args::new(&operands, *case))? {
                    Some(Value::Bool(truth)) => Some(truth),
                    _ => None,
                })
            }
        }
    }
}
