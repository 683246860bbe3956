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
use crate::error::ErrorCode;
use crate::http::Service;
use crate::m::{
    Expr, Member, Name, Primitive, for_each_call_mut, free_names, member, mentions, name, parameter, plain, rename,
    substitute,
};

/// The base URL as the library names it, and the parameter that takes its place in an extension.
const BASE_URL: &str = "BaseUrl";
const HOST: &str = "host";
const HINTS: &str = "Hints";

/// What begins the name of a query or parameter of the user's while a document is composed. No member's name does.
pub(super) const FOREIGN: char = '\u{1}';

/// A reference to a query or parameter of the user's, which may have the name of a member.
pub(super) fn foreign(of_user: &str) -> Expr {
    name(Name::from(format!("{FOREIGN}{of_user}")))
}

/// One service's part of a document before it is composed.
pub(super) struct Part {
    service: Service,
    library: Vec<Member>,
    /// Members that come from the options, before those of the library.
    own: Vec<Member>,
    roots: Vec<Name>,
    given: BTreeMap<&'static str, Expr>,
    aliases: Vec<(Name, Name)>,
}

impl Part {
    pub(super) fn new(form: Form, service: Service) -> Self {
        Self::of_library(service, members(form, service))
    }

    pub(super) fn of_library(service: Service, library: Vec<Member>) -> Self {
        Self {
            service,
            library,
            own: Vec::new(),
            roots: Vec::new(),
            given: BTreeMap::new(),
            aliases: Vec::new(),
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

    /// Puts a query or parameter of the user's wherever the library says `name`.
    pub(super) fn stands_for(&mut self, name: &str, of_user: &str) {
        let marked = format!("{FOREIGN}{of_user}");
        self.aliases.push((name.into(), marked.into()));
    }

    /// What the roots reach: own members and the library's in their order, then what is given.
    fn closed(self) -> Vec<Member> {
        let mut pool: Vec<Member> = self.own;
        pool.extend(self.library);
        let mut reached: BTreeSet<Name> = BTreeSet::new();
        let mut given: Vec<Member> = Vec::new();
        let mut open = self.roots;
        while let Some(wanted) = open.pop() {
            if reached.contains(&wanted) {
                continue;
            }
            if let Some(found) = pool.iter().find(|member| member.name == wanted) {
                open.extend(free_names(&found.value));
            } else if let Some(value) = self
                .given
                .get(wanted.as_str())
                .cloned()
                .or_else(|| given::fixed(wanted.as_str()))
            {
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
        for (alias, marked) in &self.aliases {
            rename_member(&mut pool, alias, marked);
        }
        pool
    }
}

/// The members of a document.
pub(super) fn compose(form: Form, parts: Vec<Part>) -> Vec<Member> {
    let mut closed: Vec<(Service, Vec<Member>)> = parts.into_iter().map(|part| (part.service, part.closed())).collect();
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

/// The name that a member has in the end: the user's queries keep theirs.
pub(super) fn final_name(members: &[Member], wanted: &str) -> Name {
    let moved = Name::from(beside_users(wanted));
    if members.iter().any(|member| member.name == moved) {
        moved
    } else {
        wanted.into()
    }
}

fn beside_users(name: &str) -> String {
    format!("{name} Of Query")
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
            rename_member(members, &plain, &beside_users(plain.as_str()).into());
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

pub(super) fn rename_member(members: &mut [Member], from: &Name, to: &Name) {
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
    // Who takes a host already is where the lifting starts: it is called with one by whoever calls it.
    let entries: BTreeSet<Name> = members
        .iter()
        .filter(|member| has_host(&member.value))
        .map(|member| member.name.clone())
        .collect();
    let mut lifted: BTreeSet<Name> = BTreeSet::from([BASE_URL.into()]);
    loop {
        let more: Vec<Name> = members
            .iter()
            .filter(|member| !entries.contains(&member.name) && !lifted.contains(&member.name))
            .filter(|member| reaches(&member.value, &lifted))
            .map(|member| member.name.clone())
            .collect();
        if more.is_empty() {
            break;
        }
        lifted.extend(more);
    }
    for member in members
        .iter_mut()
        .filter(|member| lifted.contains(&member.name) || entries.contains(&member.name))
    {
        for_each_call_mut(&mut member.value, &mut |called, arguments| {
            if lifted.contains(called) {
                arguments.insert(0, name(HOST));
            }
        });
        if entries.contains(&member.name) {
            continue;
        }
        let put = substitute(&mut member.value, &|free| {
            (free.as_str() == BASE_URL).then(|| name(HOST))
        });
        debug_assert!(put.is_ok(), "{}: {put:?}", member.name.as_str());
        if let Expr::Function(function) = &mut member.value {
            function.parameters.insert(0, parameter(HOST, plain(Primitive::Text)));
        } else {
            debug_assert!(
                false,
                "{} reaches the base URL and is no function",
                member.name.as_str()
            );
        }
    }
}

fn reaches(value: &Expr, names: &BTreeSet<Name>) -> bool {
    // Most members say none of the names, and which names are free takes longer to find out.
    mentions(value, &|name| names.contains(name)) && free_names(value).iter().any(|free| names.contains(free))
}

fn has_host(value: &Expr) -> bool {
    matches!(value, Expr::Function(function) if function.parameters.first().is_some_and(|first| first.name.as_str() == HOST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::m::{Content, Document};

    fn library(source: &str) -> Vec<Member> {
        match Document::parse(&format!("section Test;\n{source}"))
            .expect("a test's library is M")
            .content
        {
            Content::Section(section) => section.members,
            Content::Expression(_) => Vec::new(),
        }
    }

    fn part(service: Service, source: &str, root: &str) -> Part {
        let mut part = Part::of_library(service, library(source));
        part.root(root);
        part
    }

    /// Names and values of the members, without white space.
    fn shown(members: &[Member]) -> Vec<String> {
        let bare = |text: String| text.split_whitespace().collect::<String>();
        members
            .iter()
            .map(|member| {
                format!(
                    "{}={}",
                    bare(member.name.as_str().to_owned()),
                    bare(member.value.to_source())
                )
            })
            .collect()
    }

    #[test]
    fn only_what_the_root_reaches_is_there_in_the_order_of_the_library() {
        let source = "Unused = 1;\nRun = () => Helper(2);\nHelper = (n as number) => RunNowPath;\n";
        let members = compose(Form::Query, vec![part(Service::Databricks, source, "Run")]);
        assert_eq!(
            shown(&members),
            [
                "Run=()=>Helper(2)",
                "Helper=(nasnumber)=>RunNowPath",
                "RunNowPath=\"api/2.2/jobs/run-now\""
            ]
        );
    }

    #[test]
    fn hints_are_there_for_the_codes_that_occur() {
        let source = "Run = () => Fail(\"network\");\nFail = (code as text) => Record.Field(Hints, code);\n";
        let members = compose(Form::Query, vec![part(Service::Fabric, source, "Run")]);
        let hints = members
            .iter()
            .find(|member| member.name.as_str() == HINTS)
            .expect("there are hints");
        let Expr::Record(fields) = &hints.value else {
            panic!("a record")
        };
        assert_eq!(
            fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>(),
            ["network"]
        );
    }

    #[test]
    fn a_path_is_a_function_of_its_ids_which_it_escapes() {
        let members = compose(
            Form::Query,
            vec![part(
                Service::Fabric,
                "Run = () => GetInstancePath(\"w\", \"i\", \"n\");",
                "Run",
            )],
        );
        assert!(
            shown(&members)[1].contains("&\"/jobs/instances/\"&Uri.EscapeDataString(instanceId)"),
            "{:?}",
            shown(&members)
        );
    }

    #[test]
    fn an_extension_hands_the_host_from_its_entries_to_its_requests() {
        let source = "Entry = (host as text, id as text) => Run(id);\n\
                      Run = (id as text) => List.Transform({id}, each Get(_));\n\
                      Get = (path as text) => Web.Contents(BaseUrl, [RelativePath = path]);\n\
                      Other = (id as text) => id;\n";
        let mut part = part(Service::Databricks, source, "Entry");
        part.root("Other");
        let members = compose(Form::Connector, vec![part]);
        assert_eq!(
            shown(&members),
            [
                "Entry=(hostastext,idastext)=>Run(host,id)",
                "Run=(hostastext,idastext)=>List.Transform({id},eachGet(host,_))",
                "Get=(hostastext,pathastext)=>Web.Contents(host,[RelativePath=path])",
                "Other=(idastext)=>id",
            ]
        );
    }

    #[test]
    fn what_means_two_things_in_one_document_gets_two_names() {
        let shared = "Read = () => State();\nSame = () => 1;\n";
        let one = part(Service::Databricks, &format!("{shared}State = () => Same();"), "Read");
        let other = part(Service::Fabric, &format!("{shared}State = () => 2;"), "Read");
        let members = compose(Form::Query, vec![one, other]);
        assert_eq!(
            shown(&members),
            [
                "DatabricksRead=()=>DatabricksState()",
                "Same=()=>1",
                "DatabricksState=()=>Same()",
                "FabricRead=()=>FabricState()",
                "FabricState=()=>2",
            ]
        );
    }

    #[test]
    fn the_users_own_queries_keep_their_names() {
        let mut part = part(Service::Databricks, "Run = () => Job;", "Run");
        part.add(member("Job", foreign("Job")));
        let members = compose(Form::Query, vec![part]);
        assert_eq!(shown(&members), ["JobOfQuery=Job", "Run=()=>#\"JobOfQuery\""]);
        assert_eq!(final_name(&members, "Job").as_str(), "Job Of Query");
    }

    #[test]
    fn a_parameter_of_the_users_stands_for_the_base_url_itself() {
        let mut part = part(Service::Databricks, "Get = () => Web.Contents(BaseUrl);", "Get");
        part.stands_for("BaseUrl", "The Host");
        let members = compose(Form::Query, vec![part]);
        assert_eq!(shown(&members), ["Get=()=>Web.Contents(#\"TheHost\")"]);
    }
}
