//! Reading options and snapshots: structs from JSON values, with an error that says where, what was expected and what
//! was found.
//!
//! Derived readers of serde do the same but weigh 100 KB of code in the wasm module, since each is compiled for each
//! type and each kind of source. Here a struct is a table of names and places, and one loop reads all of them. serde's
//! `Deserialize` goes the same way, so that there is one reader for each type.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use crate::json::{kind, quoted};

/// What is wrong with a value, and where in it.
///
/// In a box: every reader hands it on, and what is as small as a pointer is handed on with a tenth of the code.
#[derive(Debug)]
pub(crate) struct Wrong(Box<Parts>);

#[derive(Debug)]
struct Parts {
    path: String,
    message: String,
}

impl Wrong {
    pub(crate) fn new(message: String) -> Self {
        let path = String::new();
        Self(Box::new(Parts { path, message }))
    }

    /// Something else was expected than what is there.
    pub(crate) fn expected(expected: &str, found: &Value) -> Self {
        let found = match found {
            Value::String(text) => &quoted(text),
            other => kind(other),
        };
        Self::new(["expected ", expected, ", found ", found].concat())
    }

    /// A member is missing.
    pub(crate) fn missing(name: &str) -> Self {
        Self::new("expected it, found nothing".to_owned()).within(name)
    }

    /// The same, seen from one level higher.
    pub(crate) fn within(mut self, name: &str) -> Self {
        let path = &mut self.0.path;
        let dot = if path.is_empty() { "" } else { "." };
        *path = [name, dot, path].concat();
        self
    }

    /// Where it is, with the places in arrays as `[0]`, and what is wrong.
    #[cfg(feature = "simulator")]
    pub(crate) fn into_parts(self) -> (String, String) {
        let mut path = String::new();
        for part in self.0.path.split('.').filter(|part| !part.is_empty()) {
            if part.bytes().all(|byte| byte.is_ascii_digit()) {
                path.extend(["[", part, "]"]);
            } else {
                path.extend([if path.is_empty() { "" } else { "." }, part]);
            }
        }
        (path, self.0.message)
    }

    /// The same, within a member whose name may be any text.
    #[cfg(feature = "simulator")]
    pub(crate) fn into_parts_within(self, name: &str) -> (String, String) {
        let (path, message) = self.into_parts();
        let dot = if path.is_empty() { "" } else { "." };
        ([name, dot, &path].concat(), message)
    }

    /// As an error of the crate.
    #[cfg(all(target_family = "wasm", any(feature = "client", feature = "connector")))]
    pub(crate) fn into_error(self, code: crate::error::ErrorCode) -> crate::error::Error {
        crate::error::Error::new(code, self.to_string())
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { path, message } = self.0.as_ref();
        if !path.is_empty() {
            f.write_str(path)?;
            f.write_str(": ")?;
        }
        f.write_str(message)
    }
}

/// What can be read from a JSON value.
pub(crate) trait FromValue: Sized {
    fn from_value(value: Value) -> Result<Self, Wrong>;

    /// Reads into a place. What is there after an error is of no use.
    fn put_value(place: &mut Self, value: Value) -> Result<(), Wrong> {
        *place = Self::from_value(value)?;
        Ok(())
    }
}

/// A place that a value is read into.
pub(crate) trait Slot {
    fn put(&mut self, value: Value) -> Result<(), Wrong>;

    /// Whether nothing was put there that must be.
    fn is_missing(&self) -> bool {
        false
    }
}

impl<T: FromValue> Slot for T {
    fn put(&mut self, value: Value) -> Result<(), Wrong> {
        T::put_value(self, value)
    }
}

/// The place of a member that must be there.
pub(crate) struct Must<T>(Option<T>);

impl<T> Must<T> {
    pub(crate) const fn empty() -> Self {
        Self(None)
    }

    /// What was read. Only after [`members`], which refuses an object without it.
    pub(crate) fn take(self) -> T {
        self.0.expect("members refuses what is missing")
    }
}

impl<T: FromValue> Slot for Must<T> {
    fn put(&mut self, value: Value) -> Result<(), Wrong> {
        self.0 = Some(T::from_value(value)?);
        Ok(())
    }

    fn is_missing(&self) -> bool {
        self.0.is_none()
    }
}

/// What becomes of members that have no place.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Unknown {
    /// In what a person wrote they are most likely misspelt.
    Refused,
    /// In what a program stored they are of a later version.
    Skipped,
}

/// Reads an object's members into their places. What is absent stays as it is.
pub(crate) fn members(value: Value, unknown: Unknown, slots: &mut [(&str, &mut dyn Slot)]) -> Result<(), Wrong> {
    for (name, value) in object(value)? {
        match slots.iter_mut().find(|(known, _)| *known == name) {
            Some((_, slot)) => slot.put(value).map_err(|wrong| wrong.within(&name))?,
            None if unknown == Unknown::Skipped => {}
            None => return Err(unknown_member(&name, slots)),
        }
    }
    match slots.iter().find(|(_, slot)| slot.is_missing()) {
        Some((name, _)) => Err(Wrong::missing(name)),
        None => Ok(()),
    }
}

#[cold]
fn unknown_member(name: &str, slots: &[(&str, &mut dyn Slot)]) -> Wrong {
    let known: Vec<&str> = slots.iter().map(|(known, _)| *known).collect();
    Wrong::new(["unknown member; known are ", &known.join(", ")].concat()).within(name)
}

/// The members of an object.
pub(crate) fn object(value: Value) -> Result<Map<String, Value>, Wrong> {
    match value {
        Value::Object(members) => Ok(members),
        other => Err(Wrong::expected("an object", &other)),
    }
}

/// The one of `all` with this name. `names` are in the same order.
pub(crate) fn one_of<T: Copy>(value: &Value, names: &[&str], all: &[T]) -> Result<T, Wrong> {
    let at = index_of(value, names)?;
    Ok(all[at])
}

/// The place among `names` of the one that `value` is.
pub(crate) fn index_of(value: &Value, names: &[&str]) -> Result<usize, Wrong> {
    let found = value
        .as_str()
        .and_then(|text| names.iter().position(|name| *name == text));
    found.ok_or_else(|| Wrong::expected(&names.join(" or "), value))
}

/// The place of the name and the content of `"name"` or `{"name": content}`. The former has no members.
#[cfg(feature = "simulator")]
pub(crate) fn variant(value: Value, names: &[&str]) -> Result<(usize, Value), Wrong> {
    let (name, content) = match value {
        Value::Object(members) if members.len() == 1 => {
            let only = members.into_iter().next();
            only.map_or_else(Default::default, |(name, content)| (Value::String(name), content))
        }
        name => (name, Value::Object(Map::new())),
    };
    Ok((index_of(&name, names)?, content))
}

/// The place of the name that the member `tag` has, and the other members.
#[cfg(feature = "simulator")]
pub(crate) fn tagged(value: Value, tag: &str, names: &[&str]) -> Result<(usize, Value), Wrong> {
    let mut members = object(value)?;
    let name = members.shift_remove(tag).ok_or_else(|| Wrong::missing(tag))?;
    let at = index_of(&name, names).map_err(|wrong| wrong.within(tag))?;
    Ok((at, Value::Object(members)))
}

fn array(value: Value) -> Result<Vec<Value>, Wrong> {
    match value {
        Value::Array(items) => Ok(items),
        other => Err(Wrong::expected("an array", &other)),
    }
}

fn integer(value: &Value, least: i64, most: u64) -> Result<u64, Wrong> {
    let signed = value
        .as_i64()
        .filter(|number| *number < 0 && *number >= least)
        .map(i64::cast_unsigned);
    let found = value.as_u64().filter(|number| *number <= most).or(signed);
    found.ok_or_else(|| Wrong::expected("an integer in its range", value))
}

impl FromValue for String {
    fn from_value(value: Value) -> Result<Self, Wrong> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(Wrong::expected("a text", &other)),
        }
    }
}

impl FromValue for bool {
    fn from_value(value: Value) -> Result<Self, Wrong> {
        value.as_bool().ok_or_else(|| Wrong::expected("true or false", &value))
    }
}

macro_rules! unsigned {
    ($($type:ty),+) => {
        $(impl FromValue for $type {
            fn from_value(value: Value) -> Result<Self, Wrong> {
                integer(&value, 0, Self::MAX as u64).map(|number| number as Self)
            }
        })+
    };
}

unsigned!(u8, u32, u64);
#[cfg(feature = "simulator")]
unsigned!(u16, usize);

#[cfg(feature = "simulator")]
impl FromValue for i32 {
    fn from_value(value: Value) -> Result<Self, Wrong> {
        integer(&value, Self::MIN.into(), Self::MAX.unsigned_abs().into()).map(|number| number as Self)
    }
}

#[cfg(any(feature = "connector", feature = "simulator"))]
impl FromValue for f64 {
    fn from_value(value: Value) -> Result<Self, Wrong> {
        value.as_f64().ok_or_else(|| Wrong::expected("a number", &value))
    }
}

impl FromValue for i64 {
    fn from_value(value: Value) -> Result<Self, Wrong> {
        integer(&value, Self::MIN, Self::MAX.cast_unsigned()).map(u64::cast_signed)
    }
}

impl FromValue for Value {
    fn from_value(value: Value) -> Result<Self, Wrong> {
        Ok(value)
    }
}

impl FromValue for Map<String, Value> {
    fn from_value(value: Value) -> Result<Self, Wrong> {
        object(value)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Result<Self, Wrong> {
        if value.is_null() {
            Ok(None)
        } else {
            T::from_value(value).map(Some)
        }
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(value: Value) -> Result<Self, Wrong> {
        let mut items = Self::new();
        for (at, item) in array(value)?.into_iter().enumerate() {
            items.push(T::from_value(item).map_err(|wrong| wrong.within(&at.to_string()))?);
        }
        Ok(items)
    }
}

/// What the names of a map's members say.
pub(crate) trait FromName: Ord + Sized {
    fn from_name(name: &str) -> Result<Self, Wrong>;
}

impl FromName for String {
    fn from_name(name: &str) -> Result<Self, Wrong> {
        Ok(name.to_owned())
    }
}

#[cfg(feature = "simulator")]
impl FromName for usize {
    fn from_name(name: &str) -> Result<Self, Wrong> {
        name.parse()
            .map_err(|_| Wrong::new(["expected whole numbers as names, found ", &quoted(name)].concat()))
    }
}

impl<K: FromName, T: FromValue> FromValue for BTreeMap<K, T> {
    fn from_value(value: Value) -> Result<Self, Wrong> {
        let mut members = Self::new();
        for (name, value) in object(value)? {
            let member = T::from_value(value).map_err(|wrong| wrong.within(&name))?;
            members.insert(K::from_name(&name)?, member);
        }
        Ok(members)
    }
}

#[cfg(feature = "simulator")]
mod stored {
    //! What only a snapshot of the simulator holds.

    use std::collections::VecDeque;
    use std::time::Duration;

    use super::{FromValue, Value, Wrong, array, members};
    use crate::read::Unknown;

    impl<T: FromValue> FromValue for Box<T> {
        fn from_value(value: Value) -> Result<Self, Wrong> {
            T::from_value(value).map(Self::new)
        }
    }

    impl<T: FromValue> FromValue for VecDeque<T> {
        fn from_value(value: Value) -> Result<Self, Wrong> {
            Vec::from_value(value).map(Self::from)
        }
    }

    impl<A: FromValue, B: FromValue> FromValue for (A, B) {
        fn from_value(value: Value) -> Result<Self, Wrong> {
            match <[Value; 2]>::try_from(array(value)?) {
                Ok([a, b]) => Ok((A::from_value(a)?, B::from_value(b)?)),
                Err(items) => Err(Wrong::expected("two values", &items.into())),
            }
        }
    }

    impl<A: FromValue, B: FromValue, C: FromValue> FromValue for (A, B, C) {
        fn from_value(value: Value) -> Result<Self, Wrong> {
            match <[Value; 3]>::try_from(array(value)?) {
                Ok([a, b, c]) => Ok((A::from_value(a)?, B::from_value(b)?, C::from_value(c)?)),
                Err(items) => Err(Wrong::expected("three values", &items.into())),
            }
        }
    }

    /// As serde writes it.
    impl FromValue for Duration {
        fn from_value(value: Value) -> Result<Self, Wrong> {
            let (mut secs, mut nanos) = (0, 0);
            members(
                value,
                Unknown::Refused,
                &mut [("secs", &mut secs), ("nanos", &mut nanos)],
            )?;
            Ok(Self::new(secs, nanos))
        }
    }
}

/// Lets serde read a type by its [`FromValue`].
macro_rules! by_value {
    ($type:ty) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(source)?;
                $crate::read::FromValue::from_value(value).map_err(serde::de::Error::custom)
            }
        }
    };
}

/// Makes a struct readable that has a default: members with their names in JSON, each of which may be absent. A
/// `stored` one was written by a program, `without` those members. With `required` the struct needs no default; those members must be there.
macro_rules! readable {
    ($type:ident { $($field:ident: $name:literal),+ $(,)? }) => {
        impl $type {
            /// The members that it may have in JSON.
            pub const MEMBERS: &'static [&'static str] = &[$($name),+];
        }

        $crate::read::readable!($type as Refused { $($field: $name),+ } without {});
    };
    ($type:ident stored { $($field:ident: $name:literal),+ $(,)? } without { $($other:ident),+ }) => {
        $crate::read::readable!($type as Skipped { $($field: $name),+ } without { $($other),+ });
    };
    ($type:ident as $unknown:ident { $($field:ident: $name:literal),+ } without { $($other:ident),* }) => {
        impl $crate::read::FromValue for $type {
            fn from_value(value: serde_json::Value) -> Result<Self, $crate::read::Wrong> {
                // Only to be compiled: no member of the struct can be forgotten.
                let _ = |Self { $($field: _,)+ $($other: _),* }: Self| ();
                let mut read = Self::default();
                $crate::read::members(value, $crate::read::Unknown::$unknown, &mut [$(($name, &mut read.$field)),+])?;
                Ok(read)
            }
        }

        $crate::read::by_value!($type);
    };
    ($type:ident required { $($must:ident: $must_name:literal),+ $(,)? } $($field:ident: $name:literal),+ $(,)?) => {
        impl $crate::read::FromValue for $type {
            fn from_value(value: serde_json::Value) -> Result<Self, $crate::read::Wrong> {
                $(let mut $must = $crate::read::Must::empty();)+
                $(let mut $field = Default::default();)+
                $crate::read::members(
                    value,
                    $crate::read::Unknown::Skipped,
                    &mut [$(($must_name, &mut $must),)+ $(($name, &mut $field)),+],
                )?;
                Ok(Self { $($must: $must.take(),)+ $($field),+ })
            }
        }

        $crate::read::by_value!($type);
    };
}

/// Makes an enum readable whose variants are texts in JSON.
macro_rules! readable_texts {
    ($type:ident { $($variant:ident: $name:literal),+ $(,)? }) => {
        impl $crate::read::FromValue for $type {
            fn from_value(value: serde_json::Value) -> Result<Self, $crate::read::Wrong> {
                $crate::read::one_of(&value, &[$($name),+], &[$(Self::$variant),+])
            }
        }

        $crate::read::by_value!($type);
    };
}

#[cfg(feature = "simulator")]
pub(crate) use pqrun_derive::FromValue;
pub(crate) use {by_value, readable, readable_texts};
