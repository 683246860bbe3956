//! A job's own function: its parameters as arguments, its columns as a fixed type.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Kind;
use crate::connector::compose::FOREIGN;
use crate::connector::job;
use crate::connector::options::refused;
use crate::connector::{ConnectorOptions, JobFunction, JobParameter, Services};
use crate::error::Error;
use crate::http::Service;
use crate::json::{self, quoted};
use crate::m::{
    Binding, Expr, FieldType, Member, Name, NullablePrimitive, Operator, Parameter, PrimaryType, Primitive, Type,
    TypeParameter, binary, call, concat, free_names, function, list, logical, member, meta, name, nullable,
    optional_parameter, parameter, plain, record, text,
};

/// The most letters of a function's name.
const LONGEST: usize = 64;

/// How the names of members end that the function's body calls. Something may stand before them, as composing puts it.
const OF_BODY: &[&str] = &[
    "RunJobAt",
    "RunItemAt",
    "WithParameters",
    "KnownColumns",
    "OfJobColumns",
];

/// The most arguments that a function takes.
const MOST_PARAMETERS: usize = 200;

/// What a job adds to the document.
pub(super) struct Made {
    pub(super) members: Vec<Member>,
    /// Which of the members people call.
    pub(super) member: Name,
    /// By which name behind the kind's.
    pub(super) name: String,
}

/// The functions of the jobs that are of this kind.
pub(super) fn functions(kind: &Kind, options: &ConnectorOptions) -> Result<Vec<Made>, Error> {
    let mut taken: BTreeSet<String> = kind.shown().iter().map(|shown| shown.name.to_lowercase()).collect();
    taken.insert(super::PUBLISH.to_lowercase());
    let mut all = Vec::new();
    for (at, job) in options.jobs.iter().enumerate() {
        let place = format!("jobs.{at}");
        if service_of(job, options.service) != kind.service {
            continue;
        }
        check_name(&place, &job.name)?;
        if !taken.insert(job.name.to_lowercase()) {
            return Err(refused(
                &format!("{place}.name"),
                &format!("expected a name of its own, found {}", quoted(&job.name)),
            ));
        }
        let made = Job::read(&place, kind, job)?.members();
        let names = made.members.iter().flat_map(|member| free_names(&member.value));
        if let Some(of_user) = names
            .map(|name| name.as_str().to_owned())
            .find(|name| name.starts_with(FOREIGN))
        {
            return Err(refused(
                &place,
                &format!(
                    "expected values, since an extension sees no M parameters, found {}",
                    quoted(of_user.trim_start_matches(FOREIGN))
                ),
            ));
        }
        all.push(made);
    }
    Ok(all)
}

/// Where an extension is for both services, the members that identify a job say which one it is of.
fn service_of(job: &JobFunction, services: Services) -> Service {
    match services {
        Services::Databricks => Service::Databricks,
        Services::Fabric => Service::Fabric,
        Services::Both if job.job.contains_key("jobId") => Service::Databricks,
        Services::Both => Service::Fabric,
    }
}

fn check_name(place: &str, name: &str) -> Result<(), Error> {
    let fits = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && name.len() <= LONGEST;
    if fits {
        return Ok(());
    }
    Err(refused(
        &format!("{place}.name"),
        &format!(
            "expected a letter, then letters and digits, at most {LONGEST}, found {}",
            quoted(name)
        ),
    ))
}

/// A job, checked, with everything as M.
struct Job<'a> {
    kind: &'a Kind,
    given: &'a JobFunction,
    /// The arguments behind the host that say which job it is.
    ids: Vec<Expr>,
    /// What is sent with each start, whatever the arguments are.
    fixed: Vec<Binding>,
    arguments: Vec<Argument<'a>>,
    columns: Vec<FieldType>,
}

/// A declared parameter, as the function's argument.
struct Argument<'a> {
    declared: &'a JobParameter,
    name: Name,
    of: NullablePrimitive,
    documentation: Expr,
}

impl<'a> Job<'a> {
    fn read(place: &str, kind: &'a Kind, given: &'a JobFunction) -> Result<Self, Error> {
        let within = |error: Error| refused(&format!("{place}.job"), &error.message);
        let Expr::Record(mut fixed) = job::job(kind.service, &given.job).map_err(within)? else {
            return Err(refused(&format!("{place}.job"), "expected an object"));
        };
        let mut ids = Vec::new();
        let names: &[&str] = match kind.service {
            Service::Databricks => &["JobId"],
            Service::Fabric => &["WorkspaceId", "ItemId"],
        };
        for name in names {
            if let Some(at) = fixed.iter().position(|field| field.name.as_str() == *name) {
                ids.push(fixed.remove(at).value);
            }
        }
        Ok(Self {
            kind,
            given,
            ids,
            fixed,
            arguments: arguments(place, kind.service, &given.parameters)?,
            columns: columns(place, given)?,
        })
    }

    /// The name of a member of this job's. The library's own are none of these: a test holds it to that.
    fn member(&self, ending: &str) -> Name {
        let own = job::capitalized(&self.given.name);
        [self.kind.suffix, &own, ending].concat().into()
    }

    fn members(&self) -> Made {
        let public = self.member("OfJob");
        let run = self.member("OfJobAt");
        let of = self.member("OfJobType");
        let mut members = vec![
            member(
                public.clone(),
                call("Value.ReplaceType", [name(run.clone()), name(of.clone())]),
            ),
            member(run, self.function()),
            member(of, self.function_type()),
        ];
        if self.has_columns() {
            let columns = Expr::Type(PrimaryType::Table(self.columns.clone()));
            members.push(member(self.member("OfJobColumns"), columns));
        }
        Made {
            members,
            member: public,
            name: self.given.name.clone(),
        }
    }

    fn has_columns(&self) -> bool {
        !self.columns.is_empty()
    }

    fn function(&self) -> Expr {
        let run = match self.kind.service {
            Service::Databricks => "RunJobAt",
            Service::Fabric => "RunItemAt",
        };
        let mut arguments = vec![name("host")];
        arguments.extend(self.ids.iter().cloned());
        arguments.push(self.options());
        let started = call(run, arguments);
        let body = if self.has_columns() {
            call(
                "KnownColumns",
                [name(self.member("OfJobColumns")), function([], None, started)],
            )
        } else {
            started
        };
        function(self.parameters(), plain(self.result()), body)
    }

    /// The call's options, with the arguments as parameters and what the job fixes.
    fn options(&self) -> Expr {
        let given = binary(Operator::Coalesce, name("options"), record::<Name>([]));
        let whole = if self.fixed.is_empty() {
            given
        } else {
            concat(Expr::Record(self.fixed.clone()), given)
        };
        if self.arguments.is_empty() {
            return whole;
        }
        let field = match self.kind.service {
            Service::Databricks => "JobParameters",
            Service::Fabric => "Parameters",
        };
        let names = self
            .arguments
            .iter()
            .map(|argument| text(argument.declared.name.clone()));
        let values = self.arguments.iter().map(|argument| name(argument.name.clone()));
        call("WithParameters", [whole, text(field), list(names), list(values)])
    }

    fn parameters(&self) -> Vec<Parameter> {
        let mut all = vec![parameter("host", plain(Primitive::Text))];
        for argument in &self.arguments {
            all.push(optional_parameter(argument.name.clone(), argument.of));
        }
        all.push(optional_parameter("options", nullable(Primitive::Record)));
        all
    }

    fn result(&self) -> Primitive {
        if self.has_columns() {
            Primitive::Table
        } else {
            Primitive::Any
        }
    }

    fn function_type(&self) -> Expr {
        let named = |of: &str| Type::Value(Box::new(name(of)));
        let (host, options) = match self.kind.service {
            Service::Databricks => ("DatabricksHostType", "RunJobOptionsType"),
            Service::Fabric => ("FabricHostType", "RunItemOptionsType"),
        };
        let mut parameters = vec![TypeParameter {
            optional: false,
            name: "host".into(),
            of: named(host),
        }];
        for argument in &self.arguments {
            parameters.push(TypeParameter {
                optional: true,
                name: argument.name.clone(),
                of: Type::Value(Box::new(argument.documented())),
            });
        }
        parameters.push(TypeParameter {
            optional: true,
            name: "options".into(),
            of: named(options),
        });
        let result = if self.has_columns() {
            Type::Value(Box::new(name(self.member("OfJobColumns"))))
        } else {
            Type::Primary(PrimaryType::Primitive(Primitive::Any))
        };
        let of = Expr::Type(PrimaryType::Function {
            parameters,
            result: Box::new(result),
        });
        meta(of, self.documentation())
    }

    fn documentation(&self) -> Expr {
        let public = self.kind.public(&self.given.name);
        let does = "Runs this job once for a refresh and gives its output.";
        let long = match &self.given.description {
            Some(description) => [&html(&sentence(description)), " ", does].concat(),
            None => does.to_owned(),
        };
        record([
            ("Documentation.Name", text(public.as_str())),
            ("Documentation.LongDescription", text(long)),
        ])
    }
}

impl Argument<'_> {
    fn documented(&self) -> Expr {
        let primitive = Type::Primary(PrimaryType::Primitive(self.of.of));
        let of = match self.of.of {
            Primitive::Any => PrimaryType::Primitive(Primitive::Any),
            _ => PrimaryType::Nullable(Box::new(primitive)),
        };
        meta(Expr::Type(of), self.documentation.clone())
    }
}

fn arguments<'a>(place: &str, service: Service, parameters: &'a [JobParameter]) -> Result<Vec<Argument<'a>>, Error> {
    let place = format!("{place}.parameters");
    if parameters.len() > MOST_PARAMETERS {
        return Err(refused(
            &place,
            &format!("expected at most {MOST_PARAMETERS}, found {}", parameters.len()),
        ));
    }
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut taken: BTreeSet<String> = parameters.iter().map(|one| one.name.clone()).collect();
    let mut all = Vec::new();
    for (at, declared) in parameters.iter().enumerate() {
        let place = format!("{place}.{at}");
        if declared.name.is_empty() || !seen.insert(&declared.name) {
            return Err(refused(
                &format!("{place}.name"),
                &format!("expected a name of its own, found {}", quoted(&declared.name)),
            ));
        }
        all.push(Argument {
            declared,
            name: argument_name(&declared.name, &mut taken),
            of: argument_type(&place, service, declared)?,
            documentation: argument_documentation(&place, declared)?,
        });
    }
    Ok(all)
}

/// The parameter's own name, unless it means something in the function's body already.
fn argument_name(declared: &str, taken: &mut BTreeSet<String>) -> Name {
    let is_member = declared.starts_with(|first: char| first.is_ascii_uppercase())
        && (OF_BODY.iter().any(|name| declared.ends_with(name)));
    if !is_member && !["_", "host", "options"].contains(&declared) {
        return declared.into();
    }
    let mut other = format!("value of {declared}");
    while !taken.insert(other.clone()) {
        other.insert_str(0, "the ");
    }
    other.into()
}

fn argument_type(place: &str, service: Service, declared: &JobParameter) -> Result<NullablePrimitive, Error> {
    let place = format!("{place}.type");
    let found = declared.r#type.as_deref().unwrap_or("text");
    if service == Service::Databricks && found != "text" {
        return Err(refused(
            &place,
            &format!(
                "expected text, which is all that Databricks takes, found {}",
                quoted(found)
            ),
        ));
    }
    Ok(nullable(match found {
        "text" => Primitive::Text,
        "number" => Primitive::Number,
        "logical" => Primitive::Logical,
        "any" => Primitive::Any,
        _ => {
            return Err(refused(
                &place,
                &format!("expected text, number, logical or any, found {}", quoted(found)),
            ));
        }
    }))
}

fn argument_documentation(place: &str, declared: &JobParameter) -> Result<Expr, Error> {
    let place = |member: &str| format!("{place}.{member}");
    let mut fields: Vec<(&str, Expr)> = vec![("Documentation.FieldCaption", text(declared.name.clone()))];
    let default = declared.default.as_ref().filter(|value| !value.is_null());
    let by_default = default.map(|value| format!("Without it, {} counts.", json::written(value)));
    let description = declared.description.as_deref().map(sentence);
    let sentences: Vec<String> = description.into_iter().chain(by_default).collect();
    if !sentences.is_empty() {
        fields.push(("Documentation.FieldDescription", text(sentences.join(" "))));
    }
    if let Some(default) = default {
        let samples = documented_value(&place("default"), declared, default)?;
        fields.push(("Documentation.SampleValues", list([samples])));
    }
    if !declared.allowed_values.is_empty() {
        let allowed: Result<Vec<Expr>, Error> = declared
            .allowed_values
            .iter()
            .map(|value| documented_value(&place("allowedValues"), declared, value))
            .collect();
        fields.push(("Documentation.AllowedValues", list(allowed?)));
    }
    Ok(record(fields))
}

/// A value of the parameter's type, since it may be chosen as the argument.
fn documented_value(place: &str, declared: &JobParameter, value: &Value) -> Result<Expr, Error> {
    let fits = match declared.r#type.as_deref().unwrap_or("text") {
        "text" => value.is_string(),
        "number" => value.is_number(),
        "logical" => value.is_boolean(),
        _ => true,
    };
    if !fits {
        return Err(refused(
            place,
            &format!(
                "expected a value of the parameter's type {}, found {}",
                declared.r#type.as_deref().unwrap_or("text"),
                json::kind(value)
            ),
        ));
    }
    match value {
        Value::Bool(truth) => Ok(logical(*truth)),
        _ => job::value(value),
    }
}

fn columns(place: &str, given: &JobFunction) -> Result<Vec<FieldType>, Error> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for (at, column) in given.columns.iter().enumerate() {
        let place = format!("{place}.columns.{at}");
        if !seen.insert(column.name.as_str()) {
            return Err(refused(
                &format!("{place}.name"),
                &format!("expected a name of its own, found {}", quoted(&column.name)),
            ));
        }
        let primitive = |of| Type::Primary(PrimaryType::Primitive(of));
        let of = match column.r#type.as_str() {
            "bool" => primitive(Primitive::Logical),
            "int64" => Type::Value(Box::new(name("Int64.Type"))),
            "float64" => primitive(Primitive::Number),
            "timestamp" => primitive(Primitive::DateTimeZone),
            "datetime" => primitive(Primitive::DateTime),
            "date" => primitive(Primitive::Date),
            "utf8" | "json" => primitive(Primitive::Text),
            other => {
                return Err(refused(
                    &format!("{place}.type"),
                    &format!(
                        "expected bool, int64, float64, timestamp, datetime, date, utf8 or json, found {}",
                        quoted(other)
                    ),
                ));
            }
        };
        all.push(FieldType {
            optional: false,
            name: column.name.as_str().into(),
            of: Some(Type::Primary(PrimaryType::Nullable(Box::new(of)))),
        });
    }
    Ok(all)
}

/// With a full stop at its end, so that more can follow.
fn sentence(description: &str) -> String {
    let trimmed = description.trim_end();
    let end = if trimmed.ends_with(['.', '!', '?', '…']) {
        ""
    } else {
        "."
    };
    [trimmed, end].concat()
}

/// Long descriptions are shown as HTML.
fn html(description: &str) -> String {
    description
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::m::{Content, Document, Section};

    /// What could end a literal, begin a comment or an escape, or show code as something else than it is.
    fn hostile() -> impl Strategy<Value = String> {
        let fragments = [
            "\"", "#(", "#(lf)", "#", "#\"", ")", "\r\n", "\u{85}", "\u{2028}", "\0", "\u{1}", "*/", "//", "let",
            "each _", "host", "options", "RunJobAt", "_", "\u{202e}", "\u{feff}", "😀", "]", "}", "&amp;", "<b>",
        ];
        let part = prop_oneof![
            prop::sample::select(fragments.to_vec()).prop_map(str::to_owned),
            any::<char>().prop_map(String::from)
        ];
        prop::collection::vec(part, 1..8).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 5000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn hostile_text_stays_text_in_a_jobs_function(name in hostile(), other in hostile(), value in hostile()) {
            prop_assume!(name != other);
            let job = serde_json::from_value::<JobFunction>(json!({
                "name": "Nightly",
                "job": {"jobId": "1", "sqlParams": {(name.clone()): value.clone()}},
                "description": value.clone(),
                "parameters": [
                    {"name": name.clone(), "description": value.clone(), "default": value.clone()},
                    {"name": other.clone(), "allowedValues": [value.clone(), other.clone()]},
                ],
                "columns": [{"name": name.clone(), "type": "utf8"}, {"name": other.clone(), "type": "int64"}],
            })).expect("it can be read");
            let mut options = ConnectorOptions::new(Services::Databricks);
            options.jobs.push(job);
            let kind = &Kind::of(&options)[0];
            let members = functions(kind, &options).expect("it is good").remove(0).members;
            let section = Section { attributes: Vec::new(), name: "Test".into(), members };
            let printed = Document { comments: Vec::new(), content: Content::Section(section.clone()) }.to_source();
            let read = Document::parse(&printed).unwrap_or_else(|error| panic!("{error}\n{printed}"));
            prop_assert_eq!(read.content, Content::Section(section));
        }
    }
}
