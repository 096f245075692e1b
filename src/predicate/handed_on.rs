//! The part of a filter that Postgres must evaluate: what the checker knows no way to.

use std::fmt;

use super::check::{Bind, BindType, Checker};
use super::expr::{Expr, Node, TypeName};
use super::term::Constant;
use super::{CheckError, Value};
use crate::pg::PgType;

/// One or more of the conditions that a filter joins by AND, as SQL for Postgres. Whether Postgres takes them, and finds
/// them immutable, is not known here: it must be asked.
#[derive(Clone)]
pub struct HandedOn {
    sql: String,
    /// The SQL around the constants: one piece more than there are of them.
    pieces: Vec<String>,
    constants: Vec<Constant>,
    columns: Vec<usize>,
    reason: CheckError,
}

impl HandedOn {
    /// The condition, in parentheses; columns are named without their table, every value is a literal.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// The positions of the columns that it reads, ascending.
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// Why it is not evaluated here: what its author is told if Postgres does not take it either.
    pub fn reason(&self) -> &CheckError {
        &self.reason
    }

    /// The text around the constants, and these.
    pub(super) fn template(&self) -> (&[String], &[Constant]) {
        (&self.pieces, &self.constants)
    }

    /// Hands on `parts`, all of which must hold.
    ///
    /// # Errors
    /// They name what is not there.
    pub(super) fn new(parts: Vec<Expr>, reason: CheckError, checker: &Checker<'_>) -> Result<Self, CheckError> {
        let mut columns = Vec::new();
        for part in &parts {
            checker.collect_columns(part, &mut columns)?;
        }
        columns.sort_unstable();
        columns.dedup();
        let mut parts = parts.into_iter();
        let Some(first) = parts.next() else { return Err(reason) };
        let mut condition = parts.fold(first, Expr::and);
        let mut trouble = None;
        condition.each_mut(&mut |node| {
            if let Node::Param(number) = *node {
                match checker.written_bind(number) {
                    Ok(written) => *node = written,
                    Err(error) => trouble = Some(error),
                }
            }
        });
        if let Some(error) = trouble {
            return Err(error);
        }
        let sql = format!("({condition})");
        let constants = lift(&mut condition);
        let pieces = pieces(&format!("({condition})"));
        Ok(Self { sql, pieces, constants, columns, reason })
    }
}

/// Without the values, which are the users'.
impl fmt::Debug for HandedOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandedOn").field("pieces", &self.pieces).finish_non_exhaustive()
    }
}

/// The constants of a condition, in whose places `$n` come.
fn lift(condition: &mut Expr) -> Vec<Constant> {
    let mut constants = Vec::new();
    condition.each_mut(&mut |node| {
        let constant = match node {
            Node::Null => Constant::null(PgType::Text),
            Node::Text(text) => known(PgType::Text, text),
            Node::Number(text) => known(PgType::Numeric, text),
            _ => return,
        };
        constants.push(constant);
        *node = Node::Param(u32::try_from(constants.len()).unwrap_or(u32::MAX));
    });
    constants
}

/// A literal as written, whatever Postgres makes of it.
fn known(ty: PgType, text: &str) -> Constant {
    Constant { ty, value: Some(Value::Text(text.into())), text: Some(text.into()) }
}

/// The text between `$1`, `$2` and so on, which stand in it in this order: the printer goes through the tree as the lifting
/// has. A name in quotes may look the same.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let (mut is_quoted, mut is_param) = (false, false);
    for character in text.chars() {
        is_quoted ^= character == '"';
        is_param = !is_quoted && (character == '$' || (is_param && character.is_ascii_digit()));
        if character == '$' && is_param {
            pieces.push(String::new());
        } else if let Some(piece) = pieces.last_mut().filter(|_| !is_param) {
            piece.push(character);
        }
    }
    pieces
}

impl Checker<'_> {
    /// The positions of the columns that stand in `expr`.
    fn collect_columns(&self, expr: &Expr, found: &mut Vec<usize>) -> Result<(), CheckError> {
        if let Node::Column(name) = &expr.node {
            found.push(self.known(name, expr.at)?.0);
        }
        expr.children().into_iter().try_for_each(|child| self.collect_columns(child, found))
    }

    /// The value of `$number` as it could have been written.
    fn written_bind(&self, number: u32) -> Result<Node, CheckError> {
        let Bind { value, ty } = self.bind(number, 0)?;
        let text = value.clone().map_or(Node::Null, Node::Text);
        let name = match ty {
            BindType::Unknown => return Ok(text),
            BindType::Named { schema, name, array } => {
                TypeName { schema: schema.clone(), name: name.clone(), modifiers: Vec::new(), array: *array }
            }
            BindType::Oid(_) => self.bind_type(ty, 0)?.map_or_else(|| type_name(&PgType::Text), |ty| type_name(&ty)),
        };
        Ok(Node::Cast(Box::new(Expr { node: text, at: 0 }), name))
    }
}

fn type_name(ty: &PgType) -> TypeName {
    let schema = |name: &str| Some(name.to_owned());
    match ty {
        PgType::Array(element) => TypeName { array: true, ..type_name(element) },
        PgType::Custom(custom) => {
            TypeName { schema: schema(&custom.schema), name: custom.name.clone(), modifiers: Vec::new(), array: false }
        }
        built_in => TypeName {
            schema: schema("pg_catalog"),
            name: built_in.name().to_owned(),
            modifiers: Vec::new(),
            array: false,
        },
    }
}
