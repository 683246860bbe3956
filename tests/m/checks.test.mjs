import assert from "node:assert/strict";
import test from "node:test";

import { check } from "./checks.mjs";
import { examine } from "./microsoft.mjs";
import { parse } from "./parse.mjs";

const QUERY = `let
    BaseUrl = "https://example.org",
    Get = (path as text) =>
        Web.Contents(BaseUrl, [RelativePath = path, IsRetry = true] & Options({400})),
    PostToRead = (path as text) => Web.Contents(BaseUrl, [Content = path, IsRetry = true]),
    Post = (path as text) => Web.Contents(BaseUrl, [Content = path] & Options({408, 429, 503, 504, 509})),
    Options = (statuses as list) => [ManualStatusHandling = statuses]
in
    Get("#(#)(lf)")`;

const CONNECTOR = `[Version = "1.0.0"]
section Orders;

[DataSource.Kind = "Orders", Publish = "Orders.Publish"]
shared Orders.Contents = Value.ReplaceType(ContentsAt, ContentsType);

[DataSource.Kind = "Orders"]
shared Orders.Run = Value.ReplaceType((host as text, id as text, optional more as any) => id, RunType);

ContentsAt = (host as text) => Web.Contents(host, [IsRetry = true]);
ContentsType = type function (host as HostType) as any meta [Documentation.Name = "Orders.Contents"];
RunType = type function (
    host as (Uri.Type meta [Documentation.FieldCaption = "Host"]),
    id as (type text meta [DataSource.Path = false]),
    optional more as any
) as any;
HostType = Uri.Type meta [Documentation.FieldCaption = "Host"];
Orders = [
    TestConnection = (path) => {"Orders.Contents", path},
    Authentication = [Key = [KeyLabel = Extension.LoadString("Key")]]
];
Orders.Publish = [ButtonText = {"a", "b"}, SourceImage = Icons, SourceTypeImage = Icons];
Icons = [Icon16 = {"1", "2", "3", "4"}, Icon32 = {"1", "2", "3", Extension.Contents("Orders64.png")}];`;

const AROUND = /** @type {const} */ ({ form: "connector", files: ["Orders64.png"], strings: ["Key"] });

/** @param {string} text */
const inQuery = async (text) => check(await parse(text), { form: "query" });
/** @param {string} text */
const inConnector = async (text) => check(await parse(text), AROUND);

/** @type {[name: string, form: (text: string) => Promise<string[]>, whole: string, from: string, to: string, found: RegExp][]} */
const FAULTS = [
  ["an escape that is none", inQuery, QUERY, "#(#)(lf)", "#(zz)", /#\(zz\)/],
  ["an escape without an end", inQuery, QUERY, "#(#)(lf)", "#(lf", /no end/],
  ["an escape with a wrong number of digits", inQuery, QUERY, "#(#)(lf)", "#(00041)", /not valid/],
  ["a code point beyond all", inQuery, QUERY, "#(#)(lf)", "#(00110000)", /not valid/],
  ["a line end in a text", inQuery, QUERY, "#(#)(lf)", "a\nb", /cannot be seen/],
  ["a character that turns the line around", inQuery, QUERY, "#(#)(lf)", "a\u202eb", /cannot be seen/],
  ["such a character in a quoted identifier", inQuery, QUERY, "Get(", '#"G\u200bet"(', /cannot be seen/],
  ["an option that is misspelt", inQuery, QUERY, "RelativePath =", "RelativPath =", /no option RelativPath/],
  ["an option behind a function that is misspelt", inQuery, QUERY, "[Manual", "[Manuel", /no option Manuel/],
  ["an option of extensions", inQuery, QUERY, "RelativePath = path", "ManualCredentials = true", /only extensions/],
  ["a status of extensions", inQuery, QUERY, "{400}", "{401}", /401 and 403/],
  ["a computed base URL", inQuery, QUERY, "Contents(BaseUrl, [Rel", 'Contents(BaseUrl & "/x", [Rel', /is computed/],
  ["a computed variable as base URL", inQuery, QUERY, '"https://example.org"', '"https://" & "x"', /BaseUrl is computed/],
  ["options that cannot be seen", inQuery, QUERY, "Options({400})", "Unknown(1)", /not written out/],
  ["a request from the cache", inQuery, QUERY, ", IsRetry = true]", "]", /cache/],
  ["a start past the cache", inQuery, QUERY, "Content = path]", "Content = path, IsRetry = true]", /past the cache/],
  ["a body that reads and comes from the cache", inQuery, QUERY, "path, IsRetry = true])", "path])", /from the cache/],
  ["a start that the engine repeats", inQuery, QUERY, "408, 429, 503", "408, 503", /again after 429/],
  ["a function of extensions", inQuery, QUERY, 'Get("#(#)(lf)")', 'Extension.LoadString("x")', /only extensions have it/],
  ["code from text", inQuery, QUERY, 'Get("', 'Expression.Evaluate("', /makes no code/],
  ["what is not written yet", inQuery, QUERY, 'Get("#(#)(lf)")', "...", /stands where/],
  ["a misspelt member of documentation", inConnector, CONNECTOR, "Documentation.Name", "Documentation.Nmae", /Nmae/],
  ["another first argument", inConnector, CONNECTOR, "Contents(host,", 'Contents("https://x",', /not the host/],
  ["a version that is none", inConnector, CONNECTOR, '"1.0.0"', '"one"', /Version/],
  ["an unknown attribute", inConnector, CONNECTOR, ", Publish =", ", Publsh =", /no attribute Publsh/],
  ["a kind that is not there", inConnector, CONNECTOR, "\nOrders = [", "\nOthers = [", /no member Orders/],
  ["what is shown and not there", inConnector, CONNECTOR, "\nOrders.Publish =", "\nOrders.Other =", /no member Orders.Publish/],
  ["a missing image", inConnector, CONNECTOR, "Orders64", "Orders63", /Orders63/],
  ["a missing text", inConnector, CONNECTOR, 'LoadString("Key")', 'LoadString("Kay")', /Kay/],
  ["a test by no shared function", inConnector, CONNECTOR, '{"Orders.Contents"', '{"ContentsAt"', /no shared function/],
  ["a test with too few arguments", inConnector, CONNECTOR, '{"Orders.Contents"', '{"Orders.Run"', /takes 2/],
  ["no test", inConnector, CONNECTOR, 'TestConnection = (path) => {"Orders.Contents", path},', "", /TestConnection/],
  ["an unknown kind of credential", inConnector, CONNECTOR, "Key = [", "Kay = [", /credential Kay/],
  ["an unknown field of a credential", inConnector, CONNECTOR, "KeyLabel =", "KayLabel =", /no field KayLabel/],
  ["no credential", inConnector, CONNECTOR, "Authentication =", "Authentification =", /Authentication is missing/],
  ["three images", inConnector, CONNECTOR, '"1", "2", "3", Ext', '"2", "3", Ext', /four images/],
  ["another path", inConnector, CONNECTOR, "DataSource.Path = false", "DataSource.Path = true", /different paths/],
  ["another name in the path", inConnector, CONNECTOR, "host as HostType", "url as HostType", /different paths/],
  ["a type with other parameters", inConnector, CONNECTOR, "(host as text, id as text, optional", "(host as text, id as text,", /its function/],
  ["a shared member without a kind", inConnector, CONNECTOR, "\nIcons =", "\nshared Icons =", /belongs to no kind/],
  ["a function without a type", inConnector, CONNECTOR, "Value.ReplaceType(ContentsAt, ContentsType)", "ContentsAt", /with a type/],
];

test("good documents have no findings", async () => {
  assert.deepEqual(await inQuery(QUERY), []);
  assert.deepEqual(await inConnector(CONNECTOR), []);
});

for (const [name, form, whole, from, to, found] of FAULTS) {
  test(`found: ${name}`, async (t) => {
    assert.ok(whole.includes(from), `${from} does not occur`);
    const text = whole.replace(from, () => to);
    const findings = await form(text).catch((error) => [String(error)]);
    assert.ok(findings.some((one) => found.test(one)), `found ${JSON.stringify(findings)}`);
  });
}

test("Microsoft's tools are asked all three things", async () => {
  assert.deepEqual(await examine("let a = 1 in a\r\n"), []);
  assert.match((await examine("let a = in a"))[0], /cannot be read/);
  assert.match((await examine('"never ends'))[0], /cannot be read/);
  assert.match((await examine("let\n    a = 1\nin\n    a\n"))[0], /line 1: the formatter writes let a = 1 in a/);
  assert.match((await examine("let a = 1 in b"))[0], /line 1: .*b/);
  assert.match((await examine("let a = Logical.From() in a"))[0], /expected between 1-1 arguments/i);
  assert.deepEqual(await examine("let a = Host in a", ["Host"]), []);
});
