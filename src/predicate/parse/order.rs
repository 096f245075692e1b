//! Orders of subsets: columns with their directions, by the grammar of Postgres (`sortby_list`); all else is refused by
//! the name that Postgres' parser has for it.

use std::str::FromStr;

use super::MAX_LENGTH;
use super::cursor::Cursor;
use super::lex::{CAST, Kind};
use super::words::{is_reserved, is_session_value};
use crate::pg::quote_ident;
use crate::predicate::{OrderError, ParseError, Scope};

/// By what the rows of a subset are ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderBy {
    keys: Vec<Key>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    /// As stored.
    column: String,
    at: usize,
    descending: bool,
    nulls: Option<Nulls>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nulls {
    First,
    Last,
}

impl OrderBy {
    /// The order as SQL.
    ///
    /// # Errors
    /// If it names a column that is not there.
    pub fn sql(&self, scope: Scope<'_>) -> Result<String, OrderError> {
        let keys = self.keys.iter().map(|key| key.sql(scope)).collect::<Result<Vec<_>, _>>()?;
        Ok(keys.join(", "))
    }
}

impl Key {
    fn sql(&self, scope: Scope<'_>) -> Result<String, OrderError> {
        let Self { column, at, descending, nulls } = self;
        if scope.column(column).is_none() {
            let similar = scope.similar(column);
            return Err(OrderError::UnknownReference { at: *at, name: column.clone(), similar });
        }
        let direction = if *descending { " DESC" } else { " ASC" };
        let nulls = match nulls {
            None => "",
            Some(Nulls::First) => " NULLS FIRST",
            Some(Nulls::Last) => " NULLS LAST",
        };
        Ok(format!("{}{direction}{nulls}", quote_ident(column)))
    }
}

impl FromStr for OrderBy {
    type Err = OrderError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > MAX_LENGTH {
            return Err(OrderError::TooLong { limit: MAX_LENGTH });
        }
        let cursor = Cursor::new(text).map_err(syntax)?;
        let mut parser = Parser { cursor };
        let mut keys = vec![parser.key()?];
        while parser.cursor.eat_mark(',') {
            keys.push(parser.key()?);
        }
        if parser.cursor.peek().kind == Kind::End { Ok(Self { keys }) } else { Err(parser.unexpected()) }
    }
}

fn syntax(error: ParseError) -> OrderError {
    match error {
        ParseError::Syntax { at, message, near } => OrderError::Syntax { at, message, near },
        _ => OrderError::Statements,
    }
}

struct Parser<'t> {
    cursor: Cursor<'t>,
}

impl Parser<'_> {
    fn key(&mut self) -> Result<Key, OrderError> {
        let mut open = 0_usize;
        while self.cursor.is_mark(0, '(') {
            self.refuse_query()?;
            self.cursor.advance();
            open += 1;
        }
        let at = self.cursor.at();
        let column = self.column()?;
        self.refuse_operation()?;
        for _ in 0..open {
            self.cursor.expect_mark(')').map_err(syntax)?;
            self.refuse_operation()?;
        }
        let descending = self.cursor.eat("desc");
        let _ = !descending && self.cursor.eat("asc");
        Ok(Key { column, at, descending, nulls: self.nulls()? })
    }

    fn nulls(&mut self) -> Result<Option<Nulls>, OrderError> {
        if !self.cursor.eat("nulls") {
            return Ok(None);
        }
        if self.cursor.eat("first") {
            Ok(Some(Nulls::First))
        } else if self.cursor.eat("last") {
            Ok(Some(Nulls::Last))
        } else {
            Err(self.unexpected())
        }
    }

    fn column(&mut self) -> Result<String, OrderError> {
        let at = self.cursor.at();
        let is_call = self.cursor.is_mark(1, '(');
        let node = match &self.cursor.peek().kind {
            Kind::Number(_) | Kind::Text(_) | Kind::Bits(_) => "A_Const",
            Kind::Param(_) => "ParamRef",
            Kind::Operator(sign) if sign == "-" || sign == "+" => "A_Expr",
            Kind::Operator(_) | Kind::Mark(_) | Kind::End => return Err(self.unexpected()),
            Kind::Quoted(_) if is_call => "FuncCall",
            Kind::Quoted(name) => {
                let name = name.clone();
                return self.unqualified(at, name);
            }
            Kind::Word(word) => match word_node(word, is_call) {
                Some(node) => node,
                None if is_reserved(word) => return Err(self.unexpected()),
                None => {
                    let name = word.clone();
                    return self.unqualified(at, name);
                }
            },
        };
        Err(OrderError::Expression { at, node })
    }

    /// The column's name, which comes without qualifiers.
    fn unqualified(&mut self, at: usize, first: String) -> Result<String, OrderError> {
        self.cursor.advance();
        let mut name = first.clone();
        while self.cursor.eat_mark('.') {
            let token = self.cursor.peek().clone();
            name.push('.');
            match token.kind {
                Kind::Word(part) | Kind::Quoted(part) => name.push_str(&part),
                Kind::Operator(star) if star == "*" => name.push('*'),
                _ => return Err(self.unexpected()),
            }
            self.cursor.advance();
            if self.cursor.is_mark(0, '(') {
                return Err(OrderError::Expression { at, node: "FuncCall" });
            }
            if !self.cursor.is_mark(0, '.') {
                return Err(OrderError::UnknownReference { at, name, similar: None });
            }
        }
        Ok(first)
    }

    /// Refuses what would make more than a column of it.
    fn refuse_operation(&self) -> Result<(), OrderError> {
        let node = match &self.cursor.peek().kind {
            Kind::Operator(_) => "A_Expr",
            Kind::Mark(CAST) => "TypeCast",
            Kind::Mark('[') => "A_Indirection",
            Kind::Word(word) => match word.as_str() {
                "collate" => "CollateClause",
                "is" | "isnull" | "notnull" => "NullTest",
                "and" | "or" => "BoolExpr",
                "in" | "like" | "ilike" | "between" | "similar" | "not" => "A_Expr",
                "at" => "FuncCall",
                _ => return Ok(()),
            },
            _ => return Ok(()),
        };
        Err(OrderError::Expression { at: self.cursor.at(), node })
    }

    /// Refuses a query, before whose parenthesis this stands.
    fn refuse_query(&self) -> Result<(), OrderError> {
        match self.cursor.word_ahead(1) {
            Some("select" | "values" | "with" | "table") => {
                Err(OrderError::Expression { at: self.cursor.at(), node: "SubLink" })
            }
            _ => Ok(()),
        }
    }

    fn unexpected(&self) -> OrderError {
        syntax(self.cursor.unexpected())
    }
}

/// What Postgres' parser makes of a word that is no column.
fn word_node(word: &str, is_call: bool) -> Option<&'static str> {
    Some(match word {
        "case" => "CaseExpr",
        "cast" => "TypeCast",
        "not" => "BoolExpr",
        "null" | "true" | "false" => "A_Const",
        "exists" | "array" if is_call => "SubLink",
        "array" => "A_ArrayExpr",
        "row" if is_call => "RowExpr",
        "coalesce" if is_call => "CoalesceExpr",
        "greatest" | "least" if is_call => "MinMaxExpr",
        _ if is_session_value(word) => "SQLValueFunction",
        _ if is_call => "FuncCall",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pg::{Column, PgType, RelationId, TableName, TableSchema};

    fn table() -> TableSchema {
        let column = |name: &str| Column::plain(name, PgType::Text);
        let columns = ["id", "value", "My \"x", "first"].map(column).into();
        TableSchema { id: RelationId(1), name: TableName::new("public", "t"), columns, primary_key: vec![0] }
    }

    fn sql(text: &str, columns: Option<&[usize]>) -> Result<String, String> {
        let table = table();
        let order: Result<OrderBy, _> = text.parse();
        order.and_then(|order| order.sql(Scope { table: &table, columns })).map_err(|error| error.to_string())
    }

    #[test]
    fn columns_with_directions_are_printed_back() {
        for (text, wanted) in [
            ("id", "\"id\" ASC"),
            ("ID desc, \"value\"", "\"id\" DESC, \"value\" ASC"),
            ("\"My \"\"x\" ASC NULLS FIRST", "\"My \"\"x\" ASC NULLS FIRST"),
            ("first NULLS LAST, ((value)) DESC", "\"first\" ASC NULLS LAST, \"value\" DESC"),
            ("id -- comment", "\"id\" ASC"),
        ] {
            assert_eq!(sql(text, None).unwrap(), wanted, "{text}");
        }
    }

    #[test]
    fn case_105_all_else_is_refused_by_name() {
        for (text, at, node) in [
            ("pg_sleep(5)", 18, "FuncCall"),
            ("value, \"Pg\".sleep(5)", 25, "FuncCall"),
            ("id::text", 20, "TypeCast"),
            ("CAST(id AS text)", 18, "TypeCast"),
            ("(SELECT 1)", 18, "SubLink"),
            ("((SELECT 1))", 19, "SubLink"),
            ("EXISTS (SELECT 1)", 18, "SubLink"),
            ("CASE WHEN true THEN 1 END", 18, "CaseExpr"),
            ("1", 18, "A_Const"),
            ("$1", 18, "ParamRef"),
            ("id + 1", 21, "A_Expr"),
            ("-id", 18, "A_Expr"),
            ("(id) COLLATE \"C\"", 23, "CollateClause"),
            ("id IS NULL", 21, "NullTest"),
            ("current_user", 18, "SQLValueFunction"),
        ] {
            let wanted = format!("At location {at}: {node} expressions are not allowed in ORDER BY clauses");
            assert_eq!(sql(text, None).unwrap_err(), wanted, "{text}");
        }
        for (text, wanted) in [
            ("id; DROP TABLE t", "Unexpected `;` in order by"),
            (";", "Unexpected `;` in order by"),
            ("id, zz", "At location 22: unknown reference zz"),
            ("t.id", "At location 18: unknown reference t.id"),
            ("id,", "At location 21: syntax error at end of input"),
            ("id LIMIT 1", "At location 21: syntax error at or near \"LIMIT\""),
            ("id USING >", "At location 21: syntax error at or near \"USING\""),
            ("(id", "At location 21: syntax error at end of input"),
            ("id 'x", "At location 21: unterminated quoted string at or near \"'x\""),
        ] {
            assert_eq!(sql(text, None).unwrap_err(), wanted, "{text}");
        }
        assert_eq!(sql("value", Some(&[0])).unwrap_err(), "At location 18: unknown reference value");
        assert!(sql(&"id,".repeat(30_000), None).unwrap_err().contains("bigger than maximum size"));
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), words in "[a-z(),;:.\"'$\\- ]{0,40}") {
            let _ = (text.parse::<OrderBy>(), words.parse::<OrderBy>());
        }
    }
}
