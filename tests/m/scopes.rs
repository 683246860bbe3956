//! Which names an expression takes from outside, and what may be put in their place.

use pqrun::m::{self, Captured, Expr, Name};

#[track_caller]
fn expr(source: &str) -> Expr {
    Expr::parse(source).unwrap_or_else(|error| panic!("{source}: {error}"))
}

#[track_caller]
fn free(source: &str, names: &[&str]) {
    let found = m::free_names(&expr(source));
    assert_eq!(found.iter().map(Name::as_str).collect::<Vec<_>>(), names, "{source}");
}

#[test]
fn a_let_binds_its_variables_everywhere_but_in_their_own_value() {
    free("let a = b, b = c in a + d", &["c", "d"]);
    free("let a = a in a", &["a"]);
    free("let a = @a in a", &[]);
    free("let a = let b = a in b in a", &["a"]);
    free("let a = (let a = 1 in a) in a", &[]);
}

#[test]
fn a_record_binds_its_fields() {
    free("[a = b, b = c]", &["c"]);
    free("(x) => [x = x]", &[]);
    free("[x = x]", &["x"]);
    free("[x = @x]", &[]);
}

#[test]
fn functions_bind_their_parameters() {
    free("(x, optional y as text) as text => x & y & z", &["z"]);
    free("each _ + [a] + b", &["b"]);
    free("[a]", &["_"]);
    free("[[a]]", &["_"]);
    free("x[a]", &["x"]);
    free("try e catch (e) => e & f", &["e", "f"]);
    free("try e catch () => f", &["e", "f"]);
}

#[test]
fn types_hold_names() {
    free(
        "type table [A = Int64.Type, B = (type text meta [C = d]), E = text]",
        &["Int64.Type", "d"],
    );
    free("type function (a as B) as (c)", &["B", "c"]);
    free("type table Row", &["Row"]);
    free("x as text is nullable any", &["x"]);
}

#[test]
fn a_name_is_given_another_text_where_it_is_free() {
    let mut tree = expr("Fetch(a) & (let Fetch = Fetch in Fetch) & @Fetch & ((Fetch) => Fetch)");
    m::rename(&mut tree, &"Fetch".into(), &"Read".into()).expect("nothing is captured");
    assert_eq!(
        tree,
        expr("Read(a) & (let Fetch = Read in Fetch) & @Read & ((Fetch) => Fetch)")
    );
}

#[test]
fn an_expression_is_put_for_a_name() {
    let mut tree = expr("each BaseUrl & _");
    m::substitute(&mut tree, &|name| {
        (name.as_str() == "BaseUrl").then(|| m::text("https://x"))
    })
    .expect("a text");
    assert_eq!(tree, expr("each \"https://x\" & _"));
    let mut tree = expr("[a] & [[b]]");
    m::substitute(&mut tree, &|name| (name.as_str() == "_").then(|| m::name("row"))).expect("a name");
    assert_eq!(tree, expr("row[a] & row[[b]]"));
}

#[test]
fn a_name_that_would_come_to_mean_something_else_is_refused() {
    let to = Name::from("b");
    for source in ["let b = 1 in a", "(b) => a", "[b = 1, c = a]", "try 1 catch (b) => a"] {
        let result = m::rename(&mut expr(source), &"a".into(), &to);
        assert_eq!(result, Err(Captured(to.clone())), "{source}");
    }
    assert_eq!(m::rename(&mut expr("[b = a]"), &"a".into(), &to), Ok(()));
    assert!(m::substitute(&mut expr("each a"), &|name| (name.as_str() == "a").then(|| expr("[x]"))).is_err());
}

#[test]
fn calls_of_free_names_are_found() {
    let mut tree = expr("Get(\"a\") & List.Transform(x, each Get(_)) & ((Get) => Get(1))(Get) & @Get()");
    m::for_each_call_mut(&mut tree, &mut |name, arguments| {
        if name.as_str() == "Get" {
            arguments.insert(0, m::name("host"));
        }
    });
    assert_eq!(
        tree,
        expr("Get(host, \"a\") & List.Transform(x, each Get(host, _)) & ((Get) => Get(1))(Get) & @Get(host)")
    );
}

#[test]
fn every_part_is_visited() {
    let mut tree = expr("if a then [b = {c .. d}] else try e[f]{g}? otherwise -h(i) meta type table (j)");
    let mut seen = Vec::new();
    tree.walk(&mut |expr| {
        if let Expr::Name(name) = expr {
            seen.push(name.as_str().to_owned());
        }
    });
    assert_eq!(seen, ["a", "c", "d", "e", "g", "h", "i", "j"]);
    tree.walk_mut(&mut |expr| {
        if let Expr::Name(_) = expr {
            *expr = Expr::Null;
        }
    });
    assert_eq!(m::free_names(&tree), []);
}
