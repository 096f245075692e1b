//! Untyped filters of every form, for properties that hold of any.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use super::Expr;
use super::expr::{Choice, Comparison, IsTest, JsonKind, Name, Node, Subscript, TypeName};

/// Filters that the parser can make: nothing nested that it flattens.
pub(super) fn expr() -> impl Strategy<Value = Expr> {
    leaf().prop_recursive(5, 40, 4, |inner| {
        let inner = inner.boxed();
        prop_oneof![logic(&inner), test(&inner), pattern(&inner), operation(&inner), value(&inner), compound(&inner)]
    })
}

fn at_zero(node: Node) -> Expr {
    Expr { node, at: 0 }
}

fn leaf() -> BoxedStrategy<Expr> {
    let number = prop_oneof!["-?[0-9]{1,12}", "-?[0-9]{1,3}\\.[0-9]{0,3}", "-?\\.[0-9]{1,3}(e-?[0-9]{1,2})?"];
    prop_oneof![
        identifier().prop_map(Node::Column),
        Just(Node::Null),
        any::<bool>().prop_map(Node::Bool),
        number.prop_map(Node::Number),
        text().prop_map(Node::Text),
        prop_oneof!["b[01]{0,4}", "x[0-9a-f]{0,4}"].prop_map(Node::Bits),
        (1_u32..=9).prop_map(Node::Param),
        (text(), ty()).prop_map(|(text, ty)| Node::Cast(Box::new(at_zero(Node::Text(text))), ty)),
        name().prop_map(|name| Node::Call(name, Vec::new())),
    ]
    .prop_map(at_zero)
    .boxed()
}

fn identifier() -> BoxedStrategy<String> {
    prop_oneof![
        "[a-z_][a-z0-9_]{0,3}",
        "[A-Z \"'.$é]{1,4}",
        select(&["coalesce", "row", "trim", "interval", "case"]).prop_map(str::to_owned)
    ]
    .boxed()
}

fn name() -> impl Strategy<Value = Name> {
    (option::of(identifier()), identifier()).prop_map(|(schema, name)| Name { schema, name })
}

/// What an operator can be called, besides the comparisons and LIKE, which are that only with a schema.
fn symbol() -> impl Strategy<Value = Name> {
    let other = || select(&["+", "-", "*", "/", "%", "^", "||", "~", "!~*", "@>", "<->", "#>>", "?|", "->"]);
    let any = prop_oneof![other(), select(&["=", "<>", "<=", "~~", "!~~*"])];
    prop_oneof![
        other().prop_map(Name::bare),
        (identifier(), any).prop_map(|(schema, name)| Name { schema: Some(schema), name: name.to_owned() }),
    ]
}

fn ty() -> impl Strategy<Value = TypeName> {
    let modifiers = prop_oneof![3 => Just(Vec::new()), 1 => vec(-100..1000, 1..3)];
    (option::of(identifier()), identifier(), modifiers, any::<bool>())
        .prop_map(|(schema, name, modifiers, array)| TypeName { schema, name, modifiers, array })
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z%_]{0,4}", "[ -~]{0,6}", "[^\0]{0,4}", "['\\\\\n$-]{0,6}"]
}

fn comparison() -> impl Strategy<Value = Comparison> {
    use Comparison::{Eq, Ge, Gt, Le, Lt, Ne};
    select(vec![Eq, Ne, Lt, Le, Gt, Ge])
}

fn json_kind() -> impl Strategy<Value = JsonKind> {
    select(vec![JsonKind::Any, JsonKind::Object, JsonKind::Array, JsonKind::Scalar])
}

fn is_test() -> impl Strategy<Value = IsTest> {
    select(vec![IsTest::Null, IsTest::True, IsTest::False, IsTest::Unknown])
}

fn boxed(inner: &BoxedStrategy<Expr>) -> BoxedStrategy<Box<Expr>> {
    inner.clone().prop_map(Box::new).boxed()
}

fn logic(inner: &BoxedStrategy<Expr>) -> BoxedStrategy<Expr> {
    let junction = |any: bool| {
        move |items: Vec<Expr>| {
            let mut items = items.into_iter();
            let first = items.next().into_iter().fold(Vec::new(), |items, item| Expr::joined(any, items, item));
            let items = items.fold(first, |items, item| Expr::joined(any, items, item));
            if any { Node::Or(items) } else { Node::And(items) }
        }
    };
    prop_oneof![
        vec(inner.clone(), 2..4).prop_map(junction(true)),
        vec(inner.clone(), 2..4).prop_map(junction(false)),
        boxed(inner).prop_map(Node::Not),
    ]
    .prop_map(at_zero)
    .boxed()
}

fn test(inner: &BoxedStrategy<Expr>) -> BoxedStrategy<Expr> {
    let (boxed, flag) = (|| boxed(inner), any::<bool>);
    prop_oneof![
        (comparison(), boxed(), boxed()).prop_map(|(op, left, right)| Node::Compare(op, left, right)),
        (boxed(), boxed(), flag()).prop_map(|(left, right, negated)| Node::Distinct { left, right, negated }),
        (boxed(), vec(inner.clone(), 1..4), flag()).prop_map(|(value, list, negated)| Node::In {
            value,
            list,
            negated
        }),
        (comparison(), boxed(), boxed(), flag()).prop_map(|(op, value, array, all)| Node::Quantified {
            op,
            value,
            array,
            all
        }),
        (boxed(), boxed(), boxed(), flag(), flag()).prop_map(|(value, low, high, symmetric, negated)| {
            Node::Between { value, low, high, symmetric, negated }
        }),
        (boxed(), is_test(), flag()).prop_map(|(value, test, negated)| Node::Is { value, test, negated }),
    ]
    .prop_map(at_zero)
    .boxed()
}

fn pattern(inner: &BoxedStrategy<Expr>) -> BoxedStrategy<Expr> {
    let flags = (any::<bool>(), any::<bool>());
    (boxed(inner), boxed(inner), option::of(boxed(inner)), flags)
        .prop_map(|(value, pattern, escape, (ignore_case, negated))| Node::Like {
            value,
            pattern,
            escape,
            ignore_case,
            negated,
        })
        .prop_map(at_zero)
        .boxed()
}

fn operation(inner: &BoxedStrategy<Expr>) -> BoxedStrategy<Expr> {
    let unary = prop_oneof![symbol(), select(&["=", "<>", "<"]).prop_map(Name::bare)];
    prop_oneof![
        (symbol(), boxed(inner), boxed(inner)).prop_map(|(op, left, right)| Node::Operator {
            op,
            left: Some(left),
            right
        }),
        (unary, boxed(inner)).prop_map(|(op, right)| Node::Operator { op, left: None, right }),
        (symbol(), boxed(inner), boxed(inner), any::<bool>())
            .prop_map(|(op, value, array, all)| { Node::QuantifiedOperator { op, value, array, all } }),
        (boxed(inner), name()).prop_map(|(value, collation)| Node::Collate(value, collation)),
    ]
    .prop_map(at_zero)
    .boxed()
}

fn value(inner: &BoxedStrategy<Expr>) -> BoxedStrategy<Expr> {
    let choice = select(vec![Choice::Coalesce, Choice::Greatest, Choice::Least]);
    prop_oneof![
        (boxed(inner), ty()).prop_map(|(value, ty)| Node::Cast(value, ty)),
        vec(inner.clone(), 0..4).prop_map(Node::Array),
        vec(inner.clone(), 0..4).prop_map(Node::Row),
        (name(), vec(inner.clone(), 0..4)).prop_map(|(function, items)| Node::Call(function, items)),
        (choice, vec(inner.clone(), 1..4)).prop_map(|(choice, items)| Node::Choose(choice, items)),
        vec(inner.clone(), 2).prop_map(|items| Node::Choose(Choice::NullIf, items)),
    ]
    .prop_map(at_zero)
    .boxed()
}

fn compound(inner: &BoxedStrategy<Expr>) -> BoxedStrategy<Expr> {
    let bound = || option::of(inner.clone());
    let subscript = prop_oneof![
        inner.clone().prop_map(Subscript::At),
        (bound(), bound()).prop_map(|(low, high)| Subscript::Slice(low, high)),
    ];
    let whens = vec((inner.clone(), inner.clone()), 1..3);
    prop_oneof![
        (option::of(boxed(inner)), whens, option::of(boxed(inner)))
            .prop_map(|(operand, whens, otherwise)| { Node::Case { operand, whens, otherwise } }),
        (boxed(inner), vec(subscript, 1..3)).prop_map(|(value, subscripts)| Node::Subscript { value, subscripts }),
        (boxed(inner), json_kind(), any::<bool>()).prop_map(|(value, kind, negated)| Node::IsJson {
            value,
            kind,
            negated
        }),
        (boxed(inner), identifier()).prop_map(|(value, field)| Node::Field(value, field)),
    ]
    .prop_map(at_zero)
    .boxed()
}
