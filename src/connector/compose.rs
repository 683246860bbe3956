//! From roots to a document: the members that they reach, with what is given filled in.
//!
//! - **Reach.** A name that is neither a member nor given is Power Query's own, or a query of the user's.
//! - **Host.** A query has one base URL, which its two requesting members name. In an extension the host is an
//!   argument: whatever reaches the base URL gets it as its first parameter, and hands it on.
//! - **Collisions.** Where two services stand in one document, members of one name and different meaning get the
//!   service's name in front; so do names of the user's queries that ours would hide.

use std::collections::{BTreeMap, BTreeSet};

use super::given;
use super::library::{Form, members};
use super::limits::FOREIGN;
use crate::error::ErrorCode;
use crate::http::Service;
use crate::m::{
    Expr, Member, Name, Primitive, for_each_call_mut, free_names, member, name, of, parameter, rename, substitute,
};

/// The base URL as the library names it, and the parameter that takes its place in an extension.
const BASE_URL: &str = "BaseUrl";
const HOST: &str = "host";
const HINTS: &str = "Hints";

/// One service's part of a document before it is composed.
pub(super) struct Part {
    service: Service,
    /// Members that come from the options, before those of the library.
    own: Vec<Member>,
    roots: Vec<Name>,
    given: BTreeMap<&'static str, Expr>,
}

impl Part {
    pub(super) fn new(service: Service) -> Self {
        Self {
            service,
            own: Vec::new(),
            roots: Vec::new(),
            given: BTreeMap::new(),
        }
    }

    /// Adds a member that stands in the document whether or not it is reached.
    pub(super) fn add(&mut self, member: Member) {
        self.roots.push(member.name.clone());
        self.own.push(member);
    }

    /// Asks for a member of the library.
    pub(super) fn root(&mut self, root: &str) {
        self.roots.push(root.into());
    }

    /// Gives a name its value; it stands in the document where it is reached.
    pub(super) fn give(&mut self, name: &'static str, value: Expr) {
        self.given.insert(name, value);
    }

    /// What the roots reach: own members and the library's in their order, then what is given.
    fn closed(self, form: Form) -> Vec<Member> {
        let mut pool: Vec<Member> = self.own;
        pool.extend(members(form, self.service));
        let mut reached: BTreeSet<Name> = BTreeSet::new();
        let mut given: Vec<Member> = Vec::new();
        let mut open = self.roots;
        while let Some(wanted) = open.pop() {
            if reached.contains(&wanted) {
                continue;
            }
            if let Some(found) = pool.iter().find(|member| member.name == wanted) {
                open.extend(free_names(&found.value));
            } else if let Some(value) = self.given.get(wanted.as_str()).cloned().or_else(|| given::fixed(wanted.as_str())) {
                open.extend(free_names(&value));
                given.push(member(wanted.clone(), value));
            } else {
                continue;
            }
            reached.insert(wanted);
        }
        pool.retain(|member| reached.contains(&member.name));
        // By name: the order in which they were reached says nothing to a reader.
        given.sort_by(|one, other| one.name.cmp(&other.name));
        pool.extend(given);
        pool
    }
}

/// The members of a document.
pub(super) fn compose(form: Form, parts: Vec<Part>) -> Vec<Member> {
    let mut closed: Vec<(Service, Vec<Member>)> = parts
        .into_iter()
        .map(|part| (part.service, part.closed(form)))
        .collect();
    if let [(one, ones), (other, others)] = closed.as_mut_slice() {
        tell_apart((*one, ones), (*other, others));
    }
    let mut all: Vec<Member> = Vec::new();
    for member in closed.into_iter().flat_map(|(_, members)| members) {
        if !all.iter().any(|known| known.name == member.name) {
            all.push(member);
        }
    }
    let hints_wanted: BTreeSet<Name> = BTreeSet::from([HINTS.into()]);
    if all.iter().any(|member| reaches(&member.value, &hints_wanted)) {
        let hints = given::hints(&codes(&all));
        all.push(member(HINTS, hints));
    }
    if form == Form::Connector {
        lift_host(&mut all);
    }
    let_users_names_win(&mut all);
    all
}

/// Where a query or parameter of the user's has the name of a member, the member gets another one.
fn let_users_names_win(members: &mut [Member]) {
    let mut of_user: BTreeSet<Name> = BTreeSet::new();
    for member in members.iter() {
        of_user.extend(
            free_names(&member.value)
                .into_iter()
                .filter(|free| free.as_str().starts_with(FOREIGN)),
        );
    }
    for marked in of_user {
        let plain: Name = marked.as_str().trim_start_matches(FOREIGN).into();
        if members.iter().any(|member| member.name == plain) {
            rename_member(members, &plain, &format!("{} Of Query", plain.as_str()).into());
        }
        rename_member(members, &marked, &plain);
    }
}

/// Renames what has one name and two meanings, until nothing has.
fn tell_apart((one, ones): (Service, &mut Vec<Member>), (other, others): (Service, &mut Vec<Member>)) {
    loop {
        let clash = ones.iter().find_map(|member| {
            let twin = others.iter().find(|twin| twin.name == member.name)?;
            (twin.value != member.value).then(|| member.name.clone())
        });
        let Some(clash) = clash else { return };
        rename_member(ones, &clash, &prefixed(one, &clash));
        rename_member(others, &clash, &prefixed(other, &clash));
    }
}

fn prefixed(service: Service, name: &Name) -> Name {
    let prefix = match service {
        Service::Databricks => "Databricks",
        Service::Fabric => "Fabric",
    };
    format!("{prefix}{}", name.as_str()).into()
}

fn rename_member(members: &mut [Member], from: &Name, to: &Name) {
    for member in members {
        if member.name == *from {
            member.name = to.clone();
        }
        // Locals are in lower case and members are not, so nothing can be captured; a test holds the library to it.
        let renamed = rename(&mut member.value, from, to);
        debug_assert!(renamed.is_ok(), "{}: {renamed:?}", member.name.as_str());
    }
}

/// The codes of the errors that these members can raise.
fn codes(members: &[Member]) -> Vec<ErrorCode> {
    let mut texts = BTreeSet::new();
    for member in members {
        member.value.walk(&mut |expr| {
            if let Expr::Text(text) = expr {
                texts.insert(text.clone());
            }
        });
    }
    ErrorCode::ALL
        .iter()
        .copied()
        .filter(|code| texts.contains(code.as_str()))
        .collect()
}

/// Gives the host as an argument to whatever reaches the base URL.
fn lift_host(members: &mut [Member]) {
    let mut lifted: BTreeSet<Name> = BTreeSet::from([BASE_URL.into()]);
    loop {
        let more: Vec<Name> = members
            .iter()
            .filter(|member| !lifted.contains(&member.name) && reaches(&member.value, &lifted))
            .map(|member| member.name.clone())
            .collect();
        if more.is_empty() {
            break;
        }
        lifted.extend(more);
    }
    // Who takes a host already is where the lifting starts: it is called with one by whoever calls it.
    let entries: BTreeSet<Name> = members
        .iter()
        .filter(|member| has_host(&member.value))
        .map(|member| member.name.clone())
        .collect();
    for member in members.iter_mut().filter(|member| lifted.contains(&member.name)) {
        for_each_call_mut(&mut member.value, &mut |called, arguments| {
            if lifted.contains(called) && !entries.contains(called) {
                arguments.insert(0, name(HOST));
            }
        });
        if entries.contains(&member.name) {
            continue;
        }
        let put = substitute(&mut member.value, &|free| (free.as_str() == BASE_URL).then(|| name(HOST)));
        debug_assert!(put.is_ok(), "{}: {put:?}", member.name.as_str());
        if let Expr::Function(function) = &mut member.value {
            function.parameters.insert(0, parameter(HOST, of(Primitive::Text)));
        } else {
            debug_assert!(false, "{} reaches the base URL and is no function", member.name.as_str());
        }
    }
}

fn reaches(value: &Expr, names: &BTreeSet<Name>) -> bool {
    free_names(value).iter().any(|free| names.contains(free))
}

fn has_host(value: &Expr) -> bool {
    matches!(value, Expr::Function(function) if function.parameters.first().is_some_and(|first| first.name.as_str() == HOST))
}
