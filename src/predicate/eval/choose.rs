//! What chooses among values.

use super::Operand;
use crate::predicate::expr::Choice;
use crate::predicate::term::{Branches, Choose};
use crate::predicate::{EvalError, Row};

impl Choose {
    pub(super) fn operand<'a>(&'a self, row: &'a impl Row) -> Result<Option<Operand<'a>>, EvalError> {
        let mut chosen: Option<Operand<'a>> = None;
        for term in &self.terms {
            let Some(next) = term.operand(row)? else { continue };
            let is_better = match (self.choice, &chosen) {
                (Choice::Coalesce, _) => return Ok(Some(next)),
                (_, None) => true,
                (Choice::Greatest, Some(chosen)) => next.compare(chosen, self.padded).is_gt(),
                (_, Some(chosen)) => next.compare(chosen, self.padded).is_lt(),
            };
            if is_better {
                chosen = Some(next);
            }
        }
        Ok(chosen)
    }
}

impl Branches {
    pub(super) fn operand<'a>(&'a self, row: &'a impl Row) -> Result<Option<Operand<'a>>, EvalError> {
        for (when, then) in &self.whens {
            if when.truth(row)? == Some(true) {
                return then.operand(row);
            }
        }
        self.otherwise.as_ref().map_or(Ok(None), |otherwise| otherwise.operand(row))
    }
}
