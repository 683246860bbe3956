//! `#[derive(FromValue)]`: reads a struct or an enum from a JSON value, in the place of serde's `Deserialize`.
//!
//! What serde derives is compiled for each type and each kind of source: for the simulator's scenarios and snapshots
//! that was half of its wasm module. Here a struct is a table of names and places, and one function of `pqrun` reads
//! them all. Attributes are those of serde, which derives the writers: `rename`, `rename_all`, `rename_all_fields`,
//! `default`, `deny_unknown_fields`, `tag`, `transparent`. What else changes the JSON is an error.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Attribute, Data, DeriveInput, Error, Field, Fields, LitStr, Path, Result, Type, parse_macro_input};

/// Derives `crate::read::FromValue`, and serde's `Deserialize` by it. For types without parameters.
#[proc_macro_derive(FromValue, attributes(serde))]
pub fn from_value(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive(&input).unwrap_or_else(Error::into_compile_error).into()
}

/// What serde's attributes say that matters to a reader.
#[derive(Default)]
struct Rules {
    rename: Option<String>,
    rename_all: Option<Case>,
    rename_all_fields: Option<Case>,
    default: Option<Default>,
    deny_unknown_fields: bool,
    tag: Option<String>,
}

/// What stands for an absent member.
enum Default {
    OfType,
    Call(Path),
}

#[derive(Clone, Copy)]
enum Case {
    Camel,
    ScreamingSnake,
}

impl Rules {
    fn read(attributes: &[Attribute]) -> Result<Self> {
        let mut rules = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            attribute.parse_nested_meta(|meta| {
                let name = meta.path.get_ident().map(Ident::to_string).unwrap_or_default();
                match name.as_str() {
                    "rename" => rules.rename = Some(meta.value()?.parse::<LitStr>()?.value()),
                    "rename_all" => rules.rename_all = Some(Case::read(&meta.value()?.parse()?)?),
                    "rename_all_fields" => rules.rename_all_fields = Some(Case::read(&meta.value()?.parse()?)?),
                    "default" if meta.input.is_empty() || !meta.input.peek(syn::Token![=]) => {
                        rules.default = Some(Default::OfType);
                    }
                    "default" => rules.default = Some(Default::Call(meta.value()?.parse::<LitStr>()?.parse()?)),
                    "deny_unknown_fields" => rules.deny_unknown_fields = true,
                    "tag" => rules.tag = Some(meta.value()?.parse::<LitStr>()?.value()),
                    // What has one field is read as that field anyway.
                    "transparent" => {}
                    "skip_serializing_if" => drop(meta.value()?.parse::<LitStr>()?),
                    _ => return Err(meta.error("expected an attribute that derive(FromValue) knows")),
                }
                Ok(())
            })?;
        }
        Ok(rules)
    }
}

impl Case {
    fn read(name: &LitStr) -> Result<Self> {
        match name.value().as_str() {
            "camelCase" => Ok(Self::Camel),
            "SCREAMING_SNAKE_CASE" => Ok(Self::ScreamingSnake),
            _ => Err(Error::new(name.span(), "expected camelCase or SCREAMING_SNAKE_CASE")),
        }
    }

    /// Of a field's or a variant's name: `after_seconds`, `AfterSeconds`.
    fn apply(self, name: &str) -> String {
        let mut words = String::new();
        for (at, character) in name.char_indices() {
            if character.is_uppercase() && at > 0 {
                words.push('_');
            }
            words.extend(character.to_lowercase());
        }
        match self {
            Self::ScreamingSnake => words.to_uppercase(),
            Self::Camel => {
                let mut parts = words.split('_');
                let first = parts.next().unwrap_or_default().to_owned();
                parts.fold(first, |mut joined, part| {
                    let mut characters = part.chars();
                    joined.extend(characters.next().map(|first| first.to_ascii_uppercase()));
                    joined.push_str(characters.as_str());
                    joined
                })
            }
        }
    }
}

fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let rules = Rules::read(&input.attrs)?;
    let name = &input.ident;
    let mut in_place = None;
    let body = match &input.data {
        Data::Struct(data) if matches!(rules.default, Some(Default::OfType)) => {
            in_place = Some(read_in_place(&data.fields, &rules)?);
            quote! {
                let mut read = <Self as ::std::default::Default>::default();
                Self::put_value(&mut read, value)?;
                Ok(read)
            }
        }
        Data::Struct(data) => read_fields(&data.fields, &quote!(Self), rules.rename_all, rules.deny_unknown_fields)?,
        Data::Enum(data) => {
            let variants = data.variants.iter().map(|variant| {
                let own = Rules::read(&variant.attrs)?;
                let case = own.rename_all.or(rules.rename_all_fields);
                let written = own.rename.unwrap_or_else(|| renamed(&variant.ident, rules.rename_all));
                Ok((variant, written, case))
            });
            read_variants(&variants.collect::<Result<Vec<_>>>()?, &rules)?
        }
        Data::Union(_) => return Err(Error::new_spanned(name, "expected a struct or an enum")),
    };
    Ok(quote! {
        impl crate::read::FromValue for #name {
            fn from_value(value: ::serde_json::Value) -> ::std::result::Result<Self, crate::read::Wrong> {
                #body
            }

            #in_place
        }

        crate::read::by_value!(#name);
    })
}

fn renamed(name: &Ident, case: Option<Case>) -> String {
    let name = name.to_string();
    case.map_or_else(|| name.clone(), |case| case.apply(&name))
}

fn name_of(field: &Field, case: Option<Case>) -> Result<(&Ident, String, Rules)> {
    let ident = field.ident.as_ref().expect("fields with names were asked for");
    let rules = Rules::read(&field.attrs)?;
    let written = rules.rename.clone().unwrap_or_else(|| renamed(ident, case));
    Ok((ident, written, rules))
}

fn unknown(denied: bool) -> TokenStream {
    if denied {
        quote!(crate::read::Unknown::Refused)
    } else {
        quote!(crate::read::Unknown::Skipped)
    }
}

/// A struct with a default: members replace what the place has, which is that default.
fn read_in_place(fields: &Fields, rules: &Rules) -> Result<TokenStream> {
    let mut slots = Vec::new();
    for field in fields {
        let (ident, written, _) = name_of(field, rules.rename_all)?;
        slots.push(quote!((#written, &mut place.#ident)));
    }
    let unknown = unknown(rules.deny_unknown_fields);
    Ok(quote! {
        fn put_value(place: &mut Self, value: ::serde_json::Value) -> ::std::result::Result<(), crate::read::Wrong> {
            crate::read::members(value, #unknown, &mut [#(#slots),*])
        }
    })
}

/// Reads `value` into what `make` makes: a struct, or a variant of an enum.
fn read_fields(fields: &Fields, make: &TokenStream, case: Option<Case>, denied: bool) -> Result<TokenStream> {
    match fields {
        Fields::Named(fields) => {
            let (mut declared, mut slots, mut members) = (vec![], vec![], vec![]);
            for (at, field) in fields.named.iter().enumerate() {
                let (ident, written, rules) = name_of(field, case)?;
                let kind = &field.ty;
                // A field may be called as a local here.
                let local = format_ident!("field_{at}");
                let is_required = rules.default.is_none() && !is_option(kind);
                declared.push(match rules.default {
                    _ if is_required => quote!(let mut #local = crate::read::Must::<#kind>::empty();),
                    Some(Default::Call(path)) => quote!(let mut #local: #kind = #path();),
                    _ => quote!(let mut #local = <#kind as ::std::default::Default>::default();),
                });
                let take = is_required.then(|| quote!(.take()));
                slots.push(quote!((#written, &mut #local)));
                members.push(quote!(#ident: #local #take));
            }
            let unknown = unknown(denied);
            Ok(quote! {
                #(#declared)*
                crate::read::members(value, #unknown, &mut [#(#slots),*])?;
                Ok(#make { #(#members),* })
            })
        }
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            Ok(quote!(crate::read::FromValue::from_value(value).map(#make)))
        }
        Fields::Unnamed(fields) => Err(Error::new_spanned(fields, "expected one field, or fields with names")),
        Fields::Unit => Ok(quote!(crate::read::members(value, crate::read::Unknown::Refused, &mut []).map(|()| #make))),
    }
}

/// `"name"`, `{"name": content}`, or with a tag `{"tag": "name", …}`.
fn read_variants(variants: &[(&syn::Variant, String, Option<Case>)], rules: &Rules) -> Result<TokenStream> {
    let names = variants.iter().map(|(_, written, _)| written);
    let all_units = variants
        .iter()
        .all(|(variant, ..)| matches!(variant.fields, Fields::Unit));
    let mut arms = Vec::new();
    for (at, (variant, written, case)) in variants.iter().enumerate() {
        let ident = &variant.ident;
        let make = quote!(Self::#ident);
        let is_last = at + 1 == variants.len();
        let pattern = if is_last { quote!(_) } else { quote!(#at) };
        arms.push(if all_units && rules.tag.is_none() {
            quote!(#pattern => #make)
        } else {
            let read = read_fields(&variant.fields, &make, *case, rules.deny_unknown_fields)?;
            let read = quote!((|| -> ::std::result::Result<Self, crate::read::Wrong> { #read })());
            if rules.tag.is_some() {
                quote!(#pattern => #read?)
            } else {
                quote!(#pattern => #read.map_err(|wrong| wrong.within(#written))?)
            }
        });
    }
    let chosen = match (&rules.tag, all_units) {
        (Some(tag), _) => quote!(let (at, value) = crate::read::tagged(value, #tag, NAMES)?;),
        (None, true) => quote!(let at = crate::read::index_of(&value, NAMES)?;),
        (None, false) => quote!(let (at, value) = crate::read::variant(value, NAMES)?;),
    };
    Ok(quote! {
        const NAMES: &[&str] = &[#(#names),*];
        #chosen
        Ok(match at { #(#arms),* })
    })
}

/// What may be null may be absent.
fn is_option(kind: &Type) -> bool {
    let Type::Path(kind) = kind else { return false };
    let last = kind.path.segments.last().map(|segment| &segment.ident);
    last.is_some_and(|last| *last == Ident::new("Option", Span::call_site()))
}
