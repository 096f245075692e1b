//! Arrays taken apart and put together: subscripts, slices, concatenation.

use smallvec::SmallVec;

use super::Value;
use super::array::{Array, Dimension};
use crate::predicate::EvalError;

/// The bounds of one subscript of a slice; `None` is the array's own.
pub(in crate::predicate) type Bounds = (Option<i64>, Option<i64>);

const INCOMPATIBLE: EvalError = EvalError::Refused("cannot concatenate incompatible arrays");
const OUT_OF_RANGE: EvalError = EvalError::Refused("integer out of range");

impl Dimension {
    fn first(self) -> i64 {
        i64::from(self.lower)
    }

    fn last(self) -> i64 {
        self.first().saturating_add(i64::try_from(self.length).unwrap_or(i64::MAX)).saturating_sub(1)
    }

    /// As Postgres numbers dimensions, whose last index an integer must hold.
    fn is_valid(self) -> bool {
        self.last() < i64::from(i32::MAX)
    }
}

impl Array {
    /// How many dimensions it has; none if it is empty.
    pub(in crate::predicate) fn dimensions(&self) -> usize {
        self.dimensions.len()
    }

    /// First and last index of a dimension, the outermost being 1.
    pub(in crate::predicate) fn bounds(&self, dimension: i64) -> Option<(i64, i64)> {
        let index = usize::try_from(dimension.checked_sub(1)?).ok()?;
        self.dimensions.get(index).map(|dimension| (dimension.first(), dimension.last()))
    }

    /// `array[i][j]`; `None` also for one that is not there.
    pub(in crate::predicate) fn element(&self, subscripts: &[i64]) -> Option<&Value> {
        if subscripts.len() != self.dimensions.len() {
            return None;
        }
        let mut index = 0usize;
        for (subscript, dimension) in subscripts.iter().zip(&self.dimensions) {
            let offset = usize::try_from(subscript.checked_sub(dimension.first())?).ok()?;
            if offset >= dimension.length {
                return None;
            }
            index = index.checked_mul(dimension.length)?.checked_add(offset)?;
        }
        self.elements.get(index)?.as_ref()
    }

    /// `array[i:j][k:l]`, counted from 1; empty if nothing of it is there.
    pub(in crate::predicate) fn slice(&self, subscripts: &[Bounds]) -> Self {
        let nothing = || Self::flat(Vec::new());
        if self.dimensions.len() < subscripts.len() {
            return nothing();
        }
        let mut ranges: SmallVec<[(usize, usize); 1]> = SmallVec::new();
        let all = subscripts.iter().copied().chain(std::iter::repeat((None, None)));
        for (dimension, (low, high)) in self.dimensions.iter().zip(all) {
            let low = low.unwrap_or(i64::MIN).max(dimension.first()).saturating_sub(dimension.first());
            let high = high.unwrap_or(i64::MAX).min(dimension.last()).saturating_sub(dimension.first());
            match (usize::try_from(low), usize::try_from(high)) {
                (Ok(low), Ok(high)) if low <= high => ranges.push((low, high)),
                _ => return nothing(),
            }
        }
        let mut elements = Vec::new();
        cut(&self.elements, &self.dimensions, &ranges, &mut elements);
        let dimensions = ranges.iter().map(|(low, high)| Dimension { length: high - low + 1, lower: 1 }).collect();
        Self { elements, dimensions }
    }

    /// `array || array`: of as many dimensions, or one an element of the other.
    pub(in crate::predicate) fn concatenated(&self, other: &Self) -> Result<Self, EvalError> {
        let (ours, theirs) = (self.dimensions.as_slice(), other.dimensions.as_slice());
        let mut dimensions = match (ours, theirs) {
            ([], _) => return Ok(other.clone()),
            (_, []) => return Ok(self.clone()),
            ([_, ours @ ..], [_, theirs @ ..]) if ours == theirs => self.dimensions.clone(),
            (ours, [_, inner @ ..]) if ours == inner => other.dimensions.clone(),
            ([_, inner @ ..], theirs) if inner == theirs => self.dimensions.clone(),
            _ => return Err(INCOMPATIBLE),
        };
        let added = match (ours, theirs) {
            ([_, ..], [theirs, ..]) if ours.len() == other.dimensions.len() => theirs.length,
            _ => 1,
        };
        if let Some(outer) = dimensions.first_mut() {
            outer.length += added;
            if !outer.is_valid() {
                return Err(EvalError::Refused("array lower bound is too large"));
            }
        }
        let elements = self.elements.iter().chain(&other.elements).cloned().collect();
        Ok(Self { elements, dimensions })
    }

    /// The array with one element more at its end.
    pub(in crate::predicate) fn appended(&self, element: Option<Value>) -> Result<Self, EvalError> {
        let mut grown = self.grown()?;
        grown.elements.push(element);
        match grown.dimensions.first() {
            Some(dimension) if !dimension.is_valid() => Err(OUT_OF_RANGE),
            _ => Ok(grown),
        }
    }

    /// The array with one element more before the others, which keeps its first index.
    pub(in crate::predicate) fn prepended(&self, element: Option<Value>) -> Result<Self, EvalError> {
        let mut grown = self.grown()?;
        grown.elements.insert(0, element);
        match grown.dimensions.first() {
            Some(dimension) if dimension.lower == i32::MIN && grown.elements.len() > 1 => Err(OUT_OF_RANGE),
            Some(dimension) if !dimension.is_valid() => Err(OUT_OF_RANGE),
            _ => Ok(grown),
        }
    }

    /// With room for one element more.
    fn grown(&self) -> Result<Self, EvalError> {
        let mut grown = self.clone();
        match grown.dimensions.as_mut_slice() {
            [] => grown.dimensions.push(Dimension { length: 1, lower: 1 }),
            [dimension] => dimension.length += 1,
            _ => return Err(EvalError::Refused("argument must be empty or one-dimensional array")),
        }
        Ok(grown)
    }

    /// With other elements, of one dimension: as many of its first indices as there are.
    pub(in crate::predicate) fn with_elements(&self, elements: Vec<Option<Value>>) -> Self {
        let mut dimensions = self.dimensions.clone();
        match dimensions.as_mut_slice() {
            _ if elements.is_empty() => dimensions.clear(),
            [dimension] => dimension.length = elements.len(),
            _ => {}
        }
        Self { elements, dimensions }
    }

    /// Whether every element of `other` is here; a NULL is nowhere.
    pub(in crate::predicate) fn contains(&self, other: &Self) -> bool {
        other.elements.iter().all(|element| element.is_some() && self.elements.contains(element))
    }

    /// Whether both have an element that is not NULL.
    pub(in crate::predicate) fn overlaps(&self, other: &Self) -> bool {
        other.elements.iter().any(|element| element.is_some() && self.elements.contains(element))
    }
}

/// What `ranges` of the dimensions leave of the elements.
fn cut(elements: &[Option<Value>], dimensions: &[Dimension], ranges: &[(usize, usize)], into: &mut Vec<Option<Value>>) {
    let (Some((dimension, inner)), Some(((low, high), others))) = (dimensions.split_first(), ranges.split_first())
    else {
        into.extend_from_slice(elements);
        return;
    };
    let size = elements.len() / dimension.length.max(1);
    for part in elements.chunks(size.max(1)).skip(*low).take(high - low + 1) {
        cut(part, inner, others, into);
    }
}
