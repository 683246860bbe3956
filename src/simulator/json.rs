//! JSON as it is written, like `serde_json::json!`, which makes four calls for each member: answers are made of a
//! thousand of them.

use serde_json::{Map, Value};

/// An object, an array, or anything that can be serialised. Names are texts; an expression of another kind stands in
/// parentheses.
macro_rules! json {
    ([ $($items:tt)* ]) => { serde_json::Value::Array($crate::simulator::json::items!([] $($items)*)) };
    ({ $($members:tt)* }) => { $crate::simulator::json::members!([] $($members)*) };
    (null) => { serde_json::Value::Null };
    ($value:expr) => { $crate::json::value(&$value) };
}

macro_rules! members {
    ([$($done:expr,)*]) => { $crate::simulator::json::object(&mut [$($done),*]) };
    ([$($done:expr,)*] $name:tt: null $(, $($rest:tt)*)?) => {
        $crate::simulator::json::members!([$($done,)* (&*$name, serde_json::Value::Null),] $($($rest)*)?)
    };
    ([$($done:expr,)*] $name:tt: [ $($inner:tt)* ] $(, $($rest:tt)*)?) => {
        $crate::simulator::json::members!([$($done,)* (&*$name, $crate::simulator::json::json!([ $($inner)* ])),] $($($rest)*)?)
    };
    ([$($done:expr,)*] $name:tt: { $($inner:tt)* } $(, $($rest:tt)*)?) => {
        $crate::simulator::json::members!([$($done,)* (&*$name, $crate::simulator::json::json!({ $($inner)* })),] $($($rest)*)?)
    };
    ([$($done:expr,)*] $name:tt: $value:expr $(, $($rest:tt)*)?) => {
        $crate::simulator::json::members!([$($done,)* (&*$name, $crate::json::value(&$value)),] $($($rest)*)?)
    };
}

macro_rules! items {
    ([$($done:expr,)*]) => { vec![$($done),*] };
    ([$($done:expr,)*] [ $($inner:tt)* ] $(, $($rest:tt)*)?) => {
        $crate::simulator::json::items!([$($done,)* $crate::simulator::json::json!([ $($inner)* ]),] $($($rest)*)?)
    };
    ([$($done:expr,)*] { $($inner:tt)* } $(, $($rest:tt)*)?) => {
        $crate::simulator::json::items!([$($done,)* $crate::simulator::json::json!({ $($inner)* }),] $($($rest)*)?)
    };
    ([$($done:expr,)*] $value:expr $(, $($rest:tt)*)?) => {
        $crate::simulator::json::items!([$($done,)* $crate::json::value(&$value),] $($($rest)*)?)
    };
}

pub(super) use {items, json, members};

/// An object of these members, which are taken.
pub(super) fn object(members: &mut [(&str, Value)]) -> Value {
    let mut object = Map::new();
    for (name, value) in members {
        object.insert((*name).to_owned(), value.take());
    }
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_writes_what_serde_json_does() {
        let (name, number, list) = ("name", 7, vec![1.5, 2.5]);
        macro_rules! both {
            ($($json:tt)+) => { assert_eq!(json!($($json)+), serde_json::json!($($json)+)) };
        }
        both!(null);
        both!([]);
        both!({});
        both!(number + 1);
        both!({"a": null, "b": [1, [2, {}], {"c": list}], "d": {"e": number, "f": if number > 1 { "x" } else { "y" }}});
        both!({name: number, "a": Some("b"), "h": None::<u8>,});
        both!([[], {"a": [list.len()]}, number * 2, "text",]);
        assert_eq!(
            json!({"a": [1, 2].len(), "b": "x"}),
            serde_json::json!({"a": 2, "b": "x"})
        );
    }
}
