//! Calls of functions and operators: finds the overload that Postgres finds (its manual, sections 10.2 and 10.3;
//! `func_select_candidate` in its source).

use super::array::without_padding;
use super::compare::converted;
use super::like;
use super::operand::{Operand, Order, Typed};
use super::printed::{printed, prints_alike};
use super::regex::is_match;
use super::types::{self, category, is_preferred};
use super::walk::Checker;
use crate::pg::PgType;
use crate::predicate::cast::{self, Coercion};
use crate::predicate::eval::folded_value;
use crate::predicate::expr::Name;
use crate::predicate::function::{Function, Needs, Ty, overloads};
use crate::predicate::like::Case;
use crate::predicate::term::{Call, Constant, Term};
use crate::predicate::{CheckError, Expr, Value};

/// What is called, where.
#[derive(Clone, Copy)]
pub(super) struct Callee<'e> {
    pub(super) name: &'e Name,
    pub(super) is_operator: bool,
    pub(super) at: usize,
}

/// An overload with the types that its arguments and result have in this call.
pub(super) struct Candidate {
    function: &'static Function,
    /// `None` for a type that is not known here.
    pub(super) parameters: Vec<Option<PgType>>,
    result: Option<PgType>,
}

impl<'a> Checker<'a> {
    pub(super) fn call(
        &mut self,
        callee: Callee<'_>,
        arguments: impl IntoIterator<Item = &'a Expr>,
    ) -> Result<Typed<'a>, CheckError> {
        let operands = arguments.into_iter().map(|expr| self.operand(expr)).collect::<Result<Vec<_>, _>>()?;
        self.call_of(callee, operands)
    }

    pub(super) fn call_of(&mut self, callee: Callee<'_>, operands: Vec<Operand<'a>>) -> Result<Typed<'a>, CheckError> {
        let is_ours = matches!(callee.name.schema.as_deref(), None | Some("pg_catalog"));
        let operands = match <[Operand<'a>; 2]>::try_from(operands) {
            Ok([value, pattern]) if is_ours && callee.is_operator && is_match(&callee.name.name) => {
                return self.matched(callee, value, pattern).map(Typed::condition);
            }
            Ok(pair) => pair.into(),
            Err(operands) => operands,
        };
        if !is_ours || overloads(&callee.name.name).next().is_none() {
            return Err(callee.unknown(operands.len()));
        }
        let inputs: Vec<Option<PgType>> = operands.iter().map(|operand| operand.ty().cloned()).collect();
        let candidate = select(callee, &inputs).ok_or_else(|| callee.refused(&inputs))?;
        self.apply(candidate, operands, callee, &inputs)
    }

    fn apply(
        &mut self,
        candidate: Candidate,
        operands: Vec<Operand<'a>>,
        callee: Callee<'_>,
        inputs: &[Option<PgType>],
    ) -> Result<Typed<'a>, CheckError> {
        let at = callee.at;
        let refused = || callee.refused(inputs);
        let function = candidate.function;
        let Some(result) = candidate.result.filter(|_| function.run.is_some()) else { return Err(refused()) };
        let mut arguments = Vec::with_capacity(operands.len());
        let (mut collation, mut case) = (Order::Any, Case::Ascii);
        let mut is_caseless = true;
        for (position, (operand, parameter)) in operands.into_iter().zip(candidate.parameters).enumerate() {
            let parameter = parameter.ok_or_else(refused)?;
            let typed = match operand {
                Operand::Unknown(unknown) => self.resolve(unknown, &parameter)?,
                Operand::Typed(typed) => typed,
            };
            is_caseless &= !types::is_text(&typed.ty) || has_one_case(&typed.term);
            collation = collation.with(typed.collation);
            arguments.push(argument(function, position, typed, (&parameter, at))?.ok_or_else(refused)?);
        }
        if !is_accepted(function, &arguments) {
            return Err(refused());
        }
        if function.traits.collation != Needs::Nothing {
            super::collate::deterministic(collation, at)?;
        }
        if function.traits.collation == Needs::Case && !is_caseless {
            case = like::folding(collation, at)?;
        }
        let call = Call { function, is_operator: callee.is_operator, arguments, case };
        Ok(Typed { collation, ..folded(call, result, at)? })
    }
}

/// A value as the function takes it; `None` if it cannot be had.
fn argument(
    function: &Function,
    position: usize,
    typed: Typed<'_>,
    (parameter, at): (&PgType, usize),
) -> Result<Option<Term>, CheckError> {
    let declared = function.arguments.get(position).or(function.arguments.last());
    if function.traits.prints && declared == Some(&Ty::Any) {
        return printed(typed, at);
    }
    let is_known = Value::is_supported(&typed.ty) && (!function.traits.prints || prints_alike(&typed.ty));
    match cast::implicit(&typed.ty, parameter) {
        // As arrays hold it: without the blanks that a row's text has.
        Some(Coercion::Here(_)) if is_known && *parameter == PgType::Bpchar && declared == Some(&Ty::Common) => {
            Ok(Some(without_padding(typed)))
        }
        Some(Coercion::Here(how)) if is_known => converted(typed, how, at).map(Some),
        _ => Ok(None),
    }
}

/// Whether the function is evaluated here for these constants. It need not be if one of them is NULL, and it strict.
fn is_accepted(function: &Function, arguments: &[Term]) -> bool {
    let is_null = |term: &Term| term.constant().is_some_and(|constant| constant.value.is_none());
    if function.traits.is_strict && arguments.iter().any(is_null) {
        return true;
    }
    let constants: Vec<_> = arguments.iter().map(|term| term.constant()?.value.as_ref()).collect();
    let is_infinite = |value: &Value| matches!(value, Value::Interval(interval) if interval.is_infinite());
    !constants.iter().copied().flatten().any(is_infinite)
        && function.traits.accepts.is_none_or(|accepts| accepts(&constants))
}

/// A call, or what it gives if it does not depend on the row.
pub(super) fn folded<'a>(call: Call, ty: PgType, at: usize) -> Result<Typed<'a>, CheckError> {
    let is_condition = ty == PgType::Bool && call.arguments.iter().all(is_plain);
    if call.function.traits.is_strict && call.arguments.iter().any(is_null) && !is_condition {
        // As Postgres does, without asking the other arguments, which may raise an error.
        return Ok(Typed::constant(Constant::null(ty)));
    }
    let call = Term::Call(Box::new(call));
    if !call.reads_constants_alone() {
        return Ok(Typed { term: call, ty, collation: Order::Any });
    }
    let value = folded_value(&call).map_err(|reason| CheckError::Constant { at, reason })?;
    Ok(Typed::constant(value.map_or_else(|| Constant::null(ty.clone()), |value| Constant::new(ty.clone(), value))))
}

fn is_null(term: &Term) -> bool {
    matches!(term, Term::Constant(constant) if constant.value.is_none())
}

/// Whether nothing can go wrong with it: a condition of such terms keeps one template whatever its values.
fn is_plain(term: &Term) -> bool {
    matches!(term, Term::Column(_) | Term::Constant(_))
}

/// Whether a text changes its case alike in every locale: an `i` does not.
fn has_one_case(term: &Term) -> bool {
    let is_plain = |text: &str| text.is_ascii() && !text.contains(['i', 'I']);
    term.constant().is_some_and(|constant| constant.text.as_deref().is_none_or(is_plain))
}

impl Callee<'_> {
    pub(super) fn unknown(self, arguments: usize) -> CheckError {
        let Self { name, is_operator, at } = self;
        if is_operator {
            return CheckError::UnknownOperator { at, operator: name.name.clone(), unary: arguments == 1 };
        }
        let name = match &name.schema {
            Some(schema) if schema != "pg_catalog" => format!("{schema}.{}", name.name),
            _ => name.name.clone(),
        };
        CheckError::UnknownFunction { at, name, arguments }
    }

    fn refused(self, inputs: &[Option<PgType>]) -> CheckError {
        let Self { name, is_operator, at } = self;
        let named = |ty: &Option<PgType>| ty.as_ref().map_or_else(|| "unknown".to_owned(), ToString::to_string);
        let name = name.name.clone();
        match inputs {
            [left, right] if is_operator => {
                CheckError::NoOperator { at, op: name, left: named(left), right: named(right) }
            }
            _ => {
                let arguments = inputs.iter().map(named).collect::<Vec<_>>().join(", ");
                CheckError::NoFunction { at, name, arguments }
            }
        }
    }
}

/// The overload that Postgres selects for arguments of these types; `None` if there is none, or no best.
pub(super) fn select(callee: Callee<'_>, inputs: &[Option<PgType>]) -> Option<Candidate> {
    let mut candidates: Vec<Candidate> =
        overloads(&callee.name.name).filter_map(|function| Candidate::new(function, inputs)).collect();
    if let Some(exact) = candidates.iter().position(|candidate| candidate.is_exact(inputs, callee.is_operator)) {
        return Some(candidates.swap_remove(exact));
    }
    // Then it is a cast in the form of a call.
    if !callee.is_operator && inputs.len() == 1 && PgType::from_name(&callee.name.name).is_some() {
        return None;
    }
    let exact = |candidate: &Candidate| candidate.count(inputs, |parameter, input| parameter == input);
    keep_most(&mut candidates, exact);
    let preferred = |parameter: &PgType, input: &PgType| {
        parameter == input || (is_preferred(parameter) && category(parameter) == category(input))
    };
    keep_most(&mut candidates, |candidate| candidate.count(inputs, preferred));
    if candidates.len() > 1 {
        by_categories_of_unknown(&mut candidates, inputs);
    }
    if candidates.len() > 1 {
        let mut known = inputs.iter().flatten();
        let first = known.next()?;
        if known.any(|ty| ty != first) {
            return None;
        }
        candidates.retain(|candidate| {
            let takes =
                |parameter: &Option<PgType>| parameter.as_ref().is_some_and(|parameter| takes(first, parameter));
            candidate.parameters.iter().all(takes)
        });
    }
    if candidates.len() > 1 { None } else { candidates.pop() }
}

fn keep_most(candidates: &mut Vec<Candidate>, count: impl Fn(&Candidate) -> usize) {
    let most = candidates.iter().map(&count).max().unwrap_or_default();
    candidates.retain(|candidate| count(candidate) == most);
}

/// Rules 4.e of the manual: literals are of the category that all candidates take, text if they do not agree.
fn by_categories_of_unknown(candidates: &mut Vec<Candidate>, inputs: &[Option<PgType>]) {
    let mut wanted = Vec::new();
    for at in inputs.iter().enumerate().filter(|(_, input)| input.is_none()).map(|(at, _)| at) {
        let mut slot: Option<(u8, bool)> = None;
        let mut is_conflict = false;
        for candidate in candidates.iter() {
            let (kind, preferred) = candidate.slot(at);
            slot = Some(match slot {
                None => (kind, preferred),
                Some((known, any)) if known == kind => (kind, any || preferred),
                Some(_) if kind == b'S' => (kind, preferred),
                Some(other) => {
                    is_conflict = true;
                    other
                }
            });
        }
        let Some((kind, preferred)) = slot else { return };
        if is_conflict && kind != b'S' {
            return;
        }
        wanted.push((at, kind, preferred));
    }
    let fits = |candidate: &Candidate| {
        wanted.iter().all(|&(at, kind, preferred)| {
            let slot = candidate.slot(at);
            slot.0 == kind && (!preferred || slot.1)
        })
    };
    if candidates.iter().any(fits) {
        candidates.retain(fits);
    }
}

/// Whether a value of the one type is taken for the other without a cast.
fn takes(from: &PgType, to: &PgType) -> bool {
    cast::implicit(from, to).is_some()
}

/// Arguments that should be of one type, and are not.
struct Disagreement;

/// What a polymorphic type and its array stand for in a call, given what two arguments of it become; nothing if no argument
/// tells.
fn bound<'c>(
    arguments: impl Iterator<Item = (&'c Ty, &'c Option<PgType>)>,
    [one, array]: [&Ty; 2],
    joined: impl Fn(&PgType, &PgType) -> Option<PgType>,
) -> Result<Option<PgType>, Disagreement> {
    let mut found: Option<PgType> = None;
    for (ty, input) in arguments {
        let Some(input) = input.as_ref().filter(|_| ty == one || ty == array) else { continue };
        let this = match input {
            input if ty == one => input,
            PgType::Array(element) => element,
            _ => return Err(Disagreement),
        };
        found = Some(match &found {
            None => this.clone(),
            Some(found) => joined(found, this).ok_or(Disagreement)?,
        });
    }
    Ok(found)
}

impl Candidate {
    /// The overload, if it takes arguments of these types.
    fn new(function: &'static Function, inputs: &[Option<PgType>]) -> Option<Self> {
        let named = function.arguments.len();
        let is_right_count =
            if function.traits.is_variadic { inputs.len() + 1 >= named } else { inputs.len() == named };
        if !is_right_count {
            return None;
        }
        let last = function.arguments.last().filter(|_| function.traits.is_variadic);
        let declared = || function.arguments.iter().chain(last.into_iter().cycle()).take(inputs.len());
        let same = |a: &PgType, b: &PgType| (a == b).then(|| a.clone());
        let element = bound(declared().zip(inputs), [&Ty::Element, &Ty::Array], same).ok()?;
        let common = bound(declared().zip(inputs), [&Ty::Common, &Ty::CommonArray], types::common).ok()?;
        let concrete = |ty: &Ty| concrete(ty, element.as_ref(), common.as_ref());
        let mut parameters = Vec::with_capacity(inputs.len());
        for (ty, input) in declared().zip(inputs) {
            let parameter = if *ty == Ty::Any { input.clone().or(Some(PgType::Text)) } else { concrete(ty) };
            match (input, &parameter) {
                (Some(input), Some(parameter)) if takes(input, parameter) => {}
                (None, _) => {}
                _ => return None,
            }
            parameters.push(parameter);
        }
        Some(Self { function, parameters, result: concrete(&function.result) })
    }

    /// Whether all arguments are of the very types; of an operator, one literal counts as the other's type.
    fn is_exact(&self, inputs: &[Option<PgType>], is_operator: bool) -> bool {
        let is_polymorphic = self.function.arguments.iter().any(|ty| !matches!(ty, Ty::Is(_) | Ty::ArrayOf(_)));
        let other = if is_operator { inputs.iter().flatten().next() } else { None };
        let is_same = |(parameter, input): (&Option<PgType>, &Option<PgType>)| {
            input.as_ref().or(other).is_some_and(|input| parameter.as_ref() == Some(input))
        };
        !is_polymorphic && self.parameters.iter().zip(inputs).all(is_same)
    }

    fn count(&self, inputs: &[Option<PgType>], counts: impl Fn(&PgType, &PgType) -> bool) -> usize {
        let declared = |at: usize| self.function.arguments.get(at).or(self.function.arguments.last());
        let arguments = self.parameters.iter().zip(inputs).enumerate();
        let counted = arguments.filter(|(at, (parameter, input))| match (declared(*at), parameter, input) {
            (Some(Ty::Is(_) | Ty::ArrayOf(_)), Some(parameter), Some(input)) => counts(parameter, input),
            _ => false,
        });
        counted.count()
    }

    /// The category of an argument, and whether it is of that category's preferred type.
    fn slot(&self, at: usize) -> (u8, bool) {
        let declared = self.function.arguments.get(at).or(self.function.arguments.last());
        match self.parameters.get(at) {
            Some(Some(_)) if !matches!(declared, Some(Ty::Is(_) | Ty::ArrayOf(_))) => (b'P', false),
            Some(Some(parameter)) => (category(parameter), is_preferred(parameter)),
            // Of a category of its own.
            _ => (b'?', false),
        }
    }
}

/// The type that a declared one stands for in this call.
fn concrete(ty: &Ty, element: Option<&PgType>, common: Option<&PgType>) -> Option<PgType> {
    let array = |of: &PgType| PgType::Array(of.clone().into());
    match ty {
        Ty::Is(ty) => Some(ty.clone()),
        Ty::ArrayOf(of) => Some(array(of)),
        Ty::Element => element.cloned(),
        Ty::Array => element.map(array),
        Ty::Common => common.cloned(),
        Ty::CommonArray => common.map(array),
        Ty::Any | Ty::Other(_) => None,
    }
}
