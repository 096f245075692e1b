//! Untyped filters of every form, for properties that hold of any.

use proptest::collection::vec;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof};

use super::Expr;
use super::expr::{Comparison, IsTest, Node, TypeName};

/// Filters that the parser can make: nothing nested that it flattens.
pub(super) fn expr() -> impl Strategy<Value = Expr> {
    leaf().prop_recursive(5, 40, 4, |inner| prop_oneof![logic(inner.clone()), test(inner.clone()), value(inner)])
}

fn at_zero(node: Node) -> Expr {
    Expr { node, at: 0 }
}

fn leaf() -> BoxedStrategy<Expr> {
    let name = || prop_oneof!["[a-z_][a-z0-9_]{0,3}", "[A-Z \"'.$é]{1,4}"];
    let number = prop_oneof!["-?[0-9]{1,12}", "-?[0-9]{1,3}\\.[0-9]{0,3}", "-?\\.[0-9]{1,3}(e-?[0-9]{1,2})?"];
    let ty = (proptest::option::of(name()), name(), any::<bool>());
    prop_oneof![
        name().prop_map(Node::Column),
        Just(Node::Null),
        any::<bool>().prop_map(Node::Bool),
        number.prop_map(Node::Number),
        text().prop_map(Node::Text),
        (1_u32..=9).prop_map(Node::Param),
        (ty, text()).prop_map(|((schema, name, array), text)| {
            Node::Cast(Box::new(at_zero(Node::Text(text))), TypeName { schema, name, modifiers: Vec::new(), array })
        }),
    ]
    .prop_map(at_zero)
    .boxed()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z%_]{0,4}", "[ -~]{0,6}", "[^\0]{0,4}", "['\\\\\n$-]{0,6}"]
}

fn comparison() -> impl Strategy<Value = Comparison> {
    use Comparison::{Eq, Ge, Gt, Le, Lt, Ne};
    proptest::sample::select(vec![Eq, Ne, Lt, Le, Gt, Ge])
}

fn is_test() -> impl Strategy<Value = IsTest> {
    proptest::sample::select(vec![IsTest::Null, IsTest::True, IsTest::False, IsTest::Unknown])
}

fn logic(inner: impl Strategy<Value = Expr> + Clone + 'static) -> BoxedStrategy<Expr> {
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
        inner.prop_map(|value| Node::Not(Box::new(value))),
    ]
    .prop_map(at_zero)
    .boxed()
}

fn test(inner: impl Strategy<Value = Expr> + Clone + 'static) -> BoxedStrategy<Expr> {
    let boxed = move || inner.clone().prop_map(Box::new);
    let flag = any::<bool>;
    let list = vec(boxed().prop_map(|item| *item), 1..4);
    prop_oneof![
        (comparison(), boxed(), boxed()).prop_map(|(op, left, right)| Node::Compare(op, left, right)),
        (boxed(), boxed(), flag()).prop_map(|(left, right, negated)| Node::Distinct { left, right, negated }),
        (boxed(), boxed(), proptest::option::of(boxed()), flag(), flag()).prop_map(
            |(value, pattern, escape, ignore_case, negated)| Node::Like {
                value,
                pattern,
                escape,
                ignore_case,
                negated
            }
        ),
        (boxed(), list, flag()).prop_map(|(value, list, negated)| Node::In { value, list, negated }),
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

fn value(inner: impl Strategy<Value = Expr> + Clone + 'static) -> BoxedStrategy<Expr> {
    let ty = (proptest::option::of("[a-z]{1,3}"), "[a-z]{1,4}", any::<bool>())
        .prop_map(|(schema, name, array)| TypeName { schema, name, modifiers: Vec::new(), array });
    prop_oneof![
        (inner.clone(), ty).prop_map(|(value, ty)| Node::Cast(Box::new(value), ty)),
        vec(inner, 0..4).prop_map(Node::Array),
    ]
    .prop_map(at_zero)
    .boxed()
}
