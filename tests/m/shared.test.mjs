// What the members that both services share promise.

import assert from "node:assert/strict";
import test from "node:test";

import { evaluate } from "./evaluate.mjs";
import { answer, errorOf, scriptedHost, valueOf } from "./support.mjs";
import { libraryFile, libraryFolder } from "./support/given.mjs";

const HOST = "https://adb-1.2.azuredatabricks.net";

const SHARED = libraryFolder("shared");

/** @param {string} host */
const given = (host) => `section Given;
BaseUrl = "${host}";
Token = "secret-token";
HostSuffixes = {".azuredatabricks.net", "api.fabric.microsoft.com"};
Hints = [invalidHost = "give a host", unauthenticated = "check the token", malformedResponse = "try again"];`;

const QUERY = { documents: [...SHARED, libraryFile("query/http.pq"), given(HOST)] };

/** @param {string} [host] */
const connector = (host = HOST) => ({
  documents: [...SHARED, libraryFile("connector/http.pq"), given(host)],
  extension: true,
});

const KEY = { AuthenticationKind: "Key", Key: "secret-key" };

/** @param {string} json */
const inM = (json) => `"${json.replaceAll('"', '""')}"`;

/**
 * Headers by name in lower case.
 *
 * @param {import("./host.mjs").HostRequest} request
 */
const headersOf = ({ headers }) => Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));

test("a failure has a code, a message with a hint, and what else is known", async () => {
  const error = await errorOf('Fail("invalidHost", "expected a host", [RunId = "7"])', QUERY);
  assert.equal(error.Reason, "DataSource.Error");
  assert.equal(error.Message, "expected a host. Hint: give a host");
  assert.deepEqual(error.Detail, { Code: "invalidHost", Hint: "give a host", RunId: "7" });
  assert.equal((await errorOf('Fail("other", "no hint")', QUERY)).Message, "no hint");
});

test("JSON is read and written again with all its digits", async () => {
  for (const json of [
    '{"id":9223372036854775807,"ids":[-1234567890123456,1234567890123456,123456789012345]}',
    '["9007199254740993","\\\\","\\"9007199254740993\\"",9007199254740993]',
    '{"\\u0003":9007199254740993,"\\u0003n1234567890123456":["\\u0003","\\u0003t","\\u0003n1"]}',
    '{"\\\\\\"":1234567890123456,"text":"1234567890123456, [1234567890123456]"}',
    "[0.1,-2.5,1234567890123456.5,true,false,null,{},[]]",
    "9007199254740993",
  ]) {
    assert.equal(await valueOf(`WriteJson(ReadJson(${inM(json)}))`, QUERY), json);
  }
});

test("white space around JSON and in it does not matter", async () => {
  const json = "#(FEFF) #(cr)#(lf){ \"\"id\"\" :#(tab) 1234567890123456 , \"\"b\"\" : [ ] } #(lf)";
  assert.equal(await valueOf(`WriteJson(ReadJson("${json}"))`, QUERY), '{"b":[],"id":1234567890123456}');
});

test("what is no JSON is told apart", async () => {
  for (const [text, found] of [
    ["", "an empty body"],
    [" ", "an empty body"],
    ["<html>1234567890123456</html>", "a page (HTML)"],
    ['{""a"":1234567890123456', "21 characters that are not"],
  ]) {
    const error = await errorOf(`ReadJson("${text}")`, QUERY);
    assert.equal(error.Detail.Code, "malformedResponse");
    assert.ok(error.Message.startsWith(`expected JSON, found ${found}`), error.Message);
  }
});

test("a text that stands for a number is one only if it is marked", async () => {
  assert.equal(await valueOf('WriteJson({"1", NumberText("1"), "1" meta [IsNumber = false]})', QUERY), '["1",1,"1"]');
});

test("what JSON has not is refused", async () => {
  for (const value of ["#date(2026, 3, 1)", "(x) => x", "type text", "#table({}, {})", "[a = {#binary({1})}]"]) {
    assert.equal((await errorOf(`WriteJson(${value})`, QUERY)).Detail.Code, "invalidParameter", value);
  }
});

test("headers are found in any case, and their dates read", async () => {
  assert.equal(await valueOf('Header([#"retry-AFTER" = "3"], "Retry-After")', QUERY), "3");
  assert.equal(await valueOf('Header([], "Retry-After")', QUERY), null);
  const read = 'ParseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT") = #datetimezone(1994, 11, 6, 8, 49, 37, 0, 0)';
  assert.equal(await valueOf(read, QUERY), true);
  for (const date of ['"Sun, 06 Nox 1994 08:49:37 GMT"', '"tomorrow"', '""', "null"]) {
    assert.equal(await valueOf(`ParseHttpDate(${date})`, QUERY), null);
  }
});

test("a response is asked for once, whatever is read of it first", async () => {
  for (const fields of ["{r[Text], r[Status], r[At]}", "{r[At], r[Status], r[Text]}"]) {
    const host = scriptedHost(answer(200, "ü", { date: "Sun, 06 Nov 1994 08:49:37 GMT" }));
    const count = `let r = Get("api/x y", [a = "1&2"]) in List.NonNullCount(${fields})`;
    assert.equal(await valueOf(count, { ...QUERY, host }), 3);
    assert.equal(host.requests.length, 1);
    assert.equal(host.requests[0].method, "GET");
    assert.equal(new URL(host.requests[0].url).search, "?a=1%262");
    assert.equal(headersOf(host.requests[0]).authorization, "Bearer secret-token");
  }
});

test("of a start only the metadata are read, once, in each mode", async () => {
  for (const mode of /** @type {const} */ (["shared", "pessimistic", "nocache", "stale"])) {
    const host = scriptedHost(answer(202, "", { location: "https://x/jobs/1" }));
    const expression = 'let r = PostForHeaders("start", "{}") in {r[Status], r[Text], r[At]}';
    assert.deepEqual(await valueOf(expression, { ...QUERY, host, mode }), [202, "", null]);
    assert.equal(host.requests.length, 1, mode);
  }
});

test("the statuses of refusals, redirects among them, come back as data and are not sent again", async () => {
  for (const status of [302, 307, 400, 404, 409, 429, 500, 503]) {
    const refusal = answer(status, "no", { location: "https://elsewhere.example/" });
    const host = scriptedHost(refusal, answer(200, "followed"));
    const read = 'let r = Post("start", "{}") in {r[Status], r[Text]}';
    assert.deepEqual(await valueOf(read, { ...QUERY, host }), [status, "no"]);
    assert.equal(host.requests.length, 1, String(status));
  }
});

test("a query polls anew each time", async () => {
  const host = scriptedHost(answer(200, "1"), answer(200, "2"));
  assert.deepEqual(await valueOf('{Get("a", [])[Text], Get("a", [])[Text]}', { ...QUERY, host }), ["1", "2"]);
});

test("a key goes into the header, a token of an account is the engine's to send", async () => {
  const host = scriptedHost(answer(200, "yes"));
  assert.equal(await valueOf('Get("a", [])[Text]', { ...connector(), host, credential: KEY }), "yes");
  assert.equal(headersOf(host.requests[0]).authorization, "Bearer secret-key");
  const account = { AuthenticationKind: "OAuth2", access_token: "secret-account" };
  assert.equal(await valueOf('Get("a", [])[Text]', { ...connector(), host, credential: account }), "yes");
  assert.equal(headersOf(host.requests[1]).authorization, "Bearer secret-account");
});

test("a refused key is an error of the credential, a missing permission is data", async () => {
  const refused = scriptedHost(answer(401, "secret body"));
  const error = await errorOf('Get("a", [])[Text]', { ...connector(), host: refused, credential: KEY });
  assert.equal(error.Reason, "Credential.AccessDenied");
  assert.match(error.Message, /check the token/);
  const forbidden = scriptedHost(answer(403, "no permission"));
  const status = 'let r = Get("a", []) in {r[Status], r[Text]}';
  assert.deepEqual(await valueOf(status, { ...connector(), host: forbidden, credential: KEY }), [403, "no permission"]);
});

test("nothing goes to a host that is none of the service's", async () => {
  for (const host of [
    "http://adb-1.2.azuredatabricks.net", "https://azuredatabricks.net.example", "https://evilazuredatabricks.net",
    "https://user@adb-1.2.azuredatabricks.net", "https://adb-1.2.azuredatabricks.net:444",
    "https://adb-1.2.azuredatabricks.net/path", "https://adb-1.2.azuredatabricks.net?q", "https://localhost",
    "https://evil.example#.azuredatabricks.net", "https://evil.example\\\\.azuredatabricks.net", "ftp://x", "",
    "https://", "https://.azuredatabricks.net", "https://adb 1.azuredatabricks.net", "http://127.0.0.1",
    "https://adb-1.azuredatabricks.net https://x.azuredatabricks.net", "https://xapi.fabric.microsoft.com",
  ]) {
    const server = scriptedHost(answer(200, "stolen"));
    for (const call of ['Get("a", [])', 'Post("a", "")', 'PostForHeaders("a", "")']) {
      const error = await errorOf(`${call}[Status]`, { ...connector(host), host: server, credential: KEY });
      assert.equal(error.Detail?.Code, "invalidHost", `${host}: ${error.Message}`);
    }
    assert.equal(server.requests.length, 0, host);
  }
  for (const host of [`${HOST}/`, "HTTPS://ADB-1.AzureDatabricks.NET", "https://api.fabric.microsoft.com"]) {
    assert.equal(await valueOf(`CheckHost("${host}")`, QUERY), host);
  }
});

test("a trace holds neither the query, nor the body, nor the credential", async () => {
  const host = scriptedHost(answer(200, "secret answer"));
  const { traces, error } = await evaluate({
    ...connector(), host, credential: KEY,
    expression: '{Get("a/b", [q = "secret query"])[Text], Post("c", "secret body")[Text]}',
  });
  assert.equal(error, undefined);
  assert.deepEqual(traces.map(({ message }) => message), ["pqrun: GET a/b 200", "pqrun: POST c 200"]);
});
