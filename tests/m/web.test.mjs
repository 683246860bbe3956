import assert from "node:assert/strict";
import { test } from "node:test";
import { ResponseCache, evaluate, toJson } from "./evaluate.mjs";
import { answer, errorOf, scriptedHost, valueOf } from "./support.mjs";

/**
 * @import { Mode } from "./engine.mjs"
 */

const KEY = { AuthenticationKind: "Key", Key: "secret" };

/** Reads the body first, then the status, as a careful query does. */
const READ =
  `let r = Web.Contents("https://x.test"OPTIONS), b = Binary.Buffer(r)
  in {Text.FromBinary(b), Value.Metadata(r)[Response.Status]}`;

/** @param {string} options */
const read = (options = "") => READ.replace("OPTIONS", options === "" ? "" : `, ${options}`);

test("the URL is put together from base, relative path and query", async () => {
  /** @type {[string, string, string][]} */
  const cases = [
    ["https://x.test", '[RelativePath = "a/b"]', "https://x.test/a/b"],
    ["https://x.test/base/", '[RelativePath = "/a"]', "https://x.test/base/a"],
    ["https://x.test/base", '[RelativePath = "a?x=1", Query = [y = "2"]]', "https://x.test/base/a?x=1&y=2"],
    [
      "https://x.test/?k=0",
      `[Query = [a = "1 &é'", b = {"1", "2"}]]`,
      "https://x.test/?k=0&a=1%20%26%C3%A9%27&b=1&b=2",
    ],
    ["https://x.test", '[Query = [#"a b" = "", c = {}]]', "https://x.test/?a%20b="],
  ];
  for (const [base, options, url] of cases) {
    const host = scriptedHost(answer(200));
    await valueOf(`Web.Contents("${base}", ${options})`, { host });
    assert.equal(host.requests[0].url, url);
    assert.equal(host.requests[0].method, "GET");
  }
});

test("Content makes a POST with the headers given", async () => {
  const host = scriptedHost(answer(200, "ok"));
  const { requests } = await evaluate({
    documents: [
      `Web.Contents("https://x.test/p", [
        Content = Text.ToBinary("{}"), Headers = [#"Content-Type" = "application/json", Authorization = "Bearer t"]
      ])`,
    ],
    host,
  });
  assert.equal(host.requests[0].method, "POST");
  assert.deepEqual(host.requests[0].headers, [
    ["Content-Type", "application/json"],
    ["Authorization", "Bearer t"],
  ]);
  assert.deepEqual(requests, [
    {
      method: "POST",
      url: "https://x.test/p",
      path: "/p",
      relativePath: "",
      query: [],
      headers: { "Content-Type": "application/json", Authorization: "***" },
      body: "{}",
      status: 200,
      at: Date.UTC(2025, 0, 1),
      attempt: 1,
    },
  ]);
});

test("options that do not exist, or only in extensions, are refused", async () => {
  const url = '"https://x.test"';
  assert.match((await errorOf(`Web.Contents(${url}, [RelativPath = "a"])`)).Message, /'RelativPath' isn't a valid/);
  assert.match(
    (await errorOf(`Web.Contents(${url}, [ManualCredentials = true])`)).Message,
    /'ManualCredentials' isn't/,
  );
  assert.match((await errorOf(`Web.Contents(${url}, [Query = [a = 1]])`)).Message, /must have either a text value/);
  assert.match((await errorOf(`Web.Contents(${url}, [Query = [a = null]])`)).Message, /must have either a text value/);
  assert.match((await errorOf(`Web.Contents(${url}, [Headers = [a = 1]])`)).Message, /must have a text value/);
  assert.match((await errorOf('Web.Contents("x.test")')).Message, /must be a valid/);
  assert.match((await errorOf('Web.Contents("ftp://x.test")')).Message, /must be a valid/);
  const host = scriptedHost(answer(200));
  await valueOf(`Web.Contents(${url}, [ManualCredentials = true, CredentialQuery = [k = "v"]])`, {
    host,
    extension: true,
  });
  assert.equal(host.requests[0].url, "https://x.test/?k=v");
});

test("a plain query may send a POST and an Authorization header only anonymously", async () => {
  const host = scriptedHost(answer(200));
  const authorization = 'Web.Contents("https://x.test", [Headers = [Authorization = "Bearer t"]])';
  const post = 'Web.Contents("https://x.test", [Content = Text.ToBinary("x")])';
  await valueOf(authorization, { host });
  await valueOf(post, { host });
  assert.match(
    (await errorOf(authorization, { host, credential: KEY })).Message,
    /only supported when connecting anonymously/,
  );
  assert.match((await errorOf(post, { host, credential: KEY })).Message, /only supported when connecting anonymously/);
  await valueOf('Web.Contents("https://x.test", [Headers = [Accept = "a/b"]])', { host, credential: KEY });
  await valueOf(post, { host, credential: KEY, extension: true });
});

test("credentials are sent as their kind asks for", async () => {
  /** @type {[Record<string, any>, string, [string, string][]][]} */
  const cases = [
    [KEY, "", [["Authorization", `Basic ${Buffer.from(":secret").toString("base64")}`]]],
    [{ AuthenticationKind: "Aad", access_token: "t" }, "", [["Authorization", "Bearer t"]]],
    [{ AuthenticationKind: "Anonymous" }, "", []],
    [KEY, "[ManualCredentials = true]", []],
  ];
  for (const [credential, options, headers] of cases) {
    const host = scriptedHost(answer(200));
    const call = `Web.Contents("https://x.test"${options === "" ? "" : `, ${options}`})`;
    await valueOf(call, { host, credential, extension: true });
    assert.deepEqual(host.requests[0].headers, headers);
  }
  assert.match(
    (await errorOf('Web.Contents("https://x.test")', { extension: true })).Message,
    /Credentials are required/,
  );
});

test("nothing is sent before the answer is looked at", async () => {
  const host = scriptedHost(answer(200));
  await valueOf('let r = Web.Contents("https://x.test") in 1', { host });
  await valueOf('Value.Is(Web.Contents("https://x.test"), type binary)', { host });
  assert.equal(host.requests.length, 0);
});

test("how often a body and metadata are asked for depends on the mode", async () => {
  /** @type {[Mode, number, number][]} */
  const cases = [
    ["shared", 1, 1],
    ["pessimistic", 1, 2],
    ["nocache", 2, 2],
    ["stale", 1, 1],
  ];
  for (const [mode, plain, retry] of cases) {
    for (const [options, expected] of [
      ["", plain],
      ["[IsRetry = true]", retry],
    ]) {
      const host = scriptedHost(answer(200, "x"));
      assert.deepEqual(await valueOf(read(String(options)), { host, mode }), ["x", 200]);
      assert.equal(host.requests.length, expected, `${mode} ${options}`);
    }
  }
});

test("the cache answers the same request, by URL, headers and body", async () => {
  const call = (/** @type {string} */ path, /** @type {string} */ options) =>
    `Text.FromBinary(Web.Contents("https://x.test", [RelativePath = "${path}"${options}]))`;
  /** @type {[string, string, number][]} */
  const cases = [
    [call("a", ""), call("a", ""), 1],
    [call("a", ""), call("b", ""), 2],
    [call("a", ', Headers = [x = "1"]'), call("a", ', Headers = [x = "2"]'), 2],
    [
      call("a", ', Headers = [x = "1"], ExcludedFromCacheKey = {"X"}'),
      call("a", ', Headers = [x = "2"], ExcludedFromCacheKey = {"X"}'),
      1,
    ],
    [call("a", ', Content = Text.ToBinary("1")'), call("a", ', Content = Text.ToBinary("1")'), 1],
    [call("a", ', Content = Text.ToBinary("1")'), call("a", ', Content = Text.ToBinary("2")'), 2],
    [call("a", ""), call("a", ", IsRetry = true"), 2],
    [call("a", ", IsRetry = true"), call("a", ""), 1],
  ];
  for (const [one, other, expected] of cases) {
    const host = scriptedHost(answer(200, "x"));
    await valueOf(`{${one}, ${other}}`, { host });
    assert.equal(host.requests.length, expected, `${one} ${other}`);
    const without = scriptedHost(answer(200, "x"));
    await valueOf(`{${one}, ${other}}`, { host: without, mode: "nocache" });
    assert.equal(without.requests.length, 2);
  }
});

test("an answer with a status handled by hand is kept as well: a poll needs IsRetry", async () => {
  const poll = (/** @type {string} */ isRetry) =>
    `let get = () => Web.Contents("https://x.test", [ManualStatusHandling = {404}${isRetry}])
    in List.Transform({1..3}, each Value.Metadata(get())[Response.Status])`;
  const host = scriptedHost(answer(404), answer(404), answer(200));
  assert.deepEqual(await valueOf(poll(""), { host }), [404, 404, 404]);
  assert.equal(host.requests.length, 1);
  const fresh = scriptedHost(answer(404), answer(404), answer(200));
  assert.deepEqual(await valueOf(poll(", IsRetry = true"), { host: fresh }), [404, 404, 200]);
});

test("the cache of one evaluation may be given to the next", async () => {
  const cache = new ResponseCache();
  const host = scriptedHost(answer(200, "old"), answer(200, "new"));
  assert.equal((await valueOf(read(), { host, cache }))[0], "old");
  assert.equal((await valueOf(read(), { host, cache, mode: "stale" }))[0], "old");
  assert.equal((await valueOf(read("[IsRetry = true]"), { host, cache, mode: "stale" }))[0], "new");
  assert.equal((await valueOf(read(), { host }))[0], "new");
});

test("the engine asks again after some statuses, three times", async () => {
  for (const status of [408, 429, 503, 504, 509]) {
    const host = scriptedHost(answer(status), answer(status), answer(200, "x"));
    const { value, requests } = await evaluate({ documents: [read()], host });
    assert.deepEqual(toJson(value), ["x", 200]);
    assert.deepEqual(
      requests.map(({ status: got, attempt }) => [got, attempt]),
      [
        [status, 1],
        [status, 2],
        [200, 3],
      ],
    );
    assert.deepEqual(host.slept, [1000, 2000]);
  }
  const host = scriptedHost(answer(429));
  assert.match((await errorOf(read(), { host })).Message, /\(429\): Too Many Requests/);
  assert.equal(host.requests.length, 4);
});

test("Retry-After counts in seconds, from a half to 120; a date does not", async () => {
  /** @type {[string, number][]} */
  const cases = [
    ["7", 7000],
    ["0", 500],
    ["600", 120_000],
    ["Wed, 01 Jan 2025 00:00:09 GMT", 1000],
  ];
  for (const [said, waited] of cases) {
    const host = scriptedHost(answer(429, "", { "Retry-After": said }), answer(200, "x"));
    await valueOf(read(), { host });
    assert.deepEqual(host.slept, [waited]);
  }
});

test("a POST is repeated as well, unless its statuses are handled by hand", async () => {
  const post = (/** @type {string} */ more) =>
    `let r = Web.Contents("https://x.test", [Content = Text.ToBinary("x")${more}])
    in Value.Metadata(r)[Response.Status]`;
  const host = scriptedHost(answer(503), answer(200));
  assert.equal(await valueOf(post(""), { host }), 200);
  assert.equal(host.requests.length, 2);
  const careful = scriptedHost(answer(503), answer(200));
  assert.equal(await valueOf(post(", ManualStatusHandling = {503}"), { host: careful }), 503);
  assert.equal(careful.requests.length, 1);
});

test("other failures are errors, unless they are handled by hand", async () => {
  assert.deepEqual(await errorOf(read(), { host: scriptedHost(answer(404)) }), {
    Reason: "DataSource.Error",
    Message: "Web.Contents failed to get contents from 'https://x.test/' (404): Not Found",
    Detail: { DataSourceKind: "Web", DataSourcePath: "https://x.test", Url: "https://x.test/", Status: 404 },
  });
  assert.deepEqual(await valueOf(read("[ManualStatusHandling = {404}]"), { host: scriptedHost(answer(404, "b")) }), [
    "b",
    404,
  ]);
  assert.equal((await errorOf(read(), { host: scriptedHost(null) })).Reason, "DataSource.Error");
  assert.equal(await valueOf(`try (${read()}){0} otherwise "caught"`, { host: scriptedHost(answer(500)) }), "caught");
});

test("401 and 403 can be handled by hand in an extension only", async () => {
  const options = { credential: KEY, extension: true };
  for (const status of [401, 403]) {
    const call = read(`[ManualStatusHandling = {401, 403}]`);
    assert.equal((await errorOf(call, { host: scriptedHost(answer(status)) })).Reason, "DataSource.Error");
    assert.deepEqual(await valueOf(call, { host: scriptedHost(answer(status, "b")), ...options }), ["b", status]);
  }
});

test("redirects are followed; only 307 keeps the POST", async () => {
  for (const [status, method] of [
    [301, "GET"],
    [302, "GET"],
    [303, "GET"],
    [307, "POST"],
  ]) {
    const host = scriptedHost(answer(Number(status), "", { Location: "/next" }), answer(200, "x"));
    await valueOf(read('[Content = Text.ToBinary("x"), Headers = [Authorization = "Bearer t"]]'), { host });
    assert.deepEqual(
      host.requests.map((one) => [one.method, one.url]),
      [
        ["POST", "https://x.test/"],
        [method, "https://x.test/next"],
      ],
    );
    assert.equal(host.requests[1].headers.length, 1);
  }
  const away = scriptedHost(answer(302, "", { Location: "https://other.test/" }), answer(200, "x"));
  await valueOf(read('[Headers = [Authorization = "Bearer t"]]'), { host: away });
  assert.deepEqual(away.requests[1].headers, []);
  assert.match((await errorOf(read(), { host: scriptedHost(answer(302)) })).Message, /says no location/);
  // A 202 is an answer like any other.
  const accepted = scriptedHost(answer(202, "", { Location: "/run" }));
  assert.deepEqual(await valueOf(read(), { host: accepted }), ["", 202]);
});

test("a plain query sees harmless headers only, an extension all", async () => {
  const headers = {
    Date: "Wed, 01 Jan 2025 00:00:00 GMT",
    "content-type": "a/b; charset=utf-8",
    Location: "/run",
    "x-ms-id": "1",
  };
  const seen = 'Value.Metadata(Web.Contents("https://x.test"))';
  const plain = await valueOf(`[H = ${seen}[Headers], T = ${seen}[Content.Type]]`, {
    host: scriptedHost(answer(200, "", headers)),
  });
  assert.deepEqual(plain, { H: { Date: headers.Date, "content-type": headers["content-type"] }, T: "a/b" });
  const options = { extension: true, credential: KEY };
  assert.deepEqual(
    await valueOf(`${seen}[Headers]`, { host: scriptedHost(answer(200, "", headers)), ...options }),
    headers,
  );
});

test("Web.Headers asks for the headers only", async () => {
  const host = scriptedHost(answer(200, "", { Date: "now", Location: "/" }));
  const call = 'let h = Web.Headers("https://x.test", [RelativePath = "a"]) in {h, Value.Metadata(h)}';
  assert.deepEqual(await valueOf(call, { host }), [{ Date: "now" }, { "Response.Status": 200 }]);
  assert.deepEqual(
    host.requests.map(({ method, url }) => [method, url]),
    [["HEAD", "https://x.test/a"]],
  );
  assert.match(
    (await errorOf('Web.Headers("https://x.test", [Content = #binary({})])')).Message,
    /'Content' isn't a valid/,
  );
});

test("a request takes no longer than its time limit", async () => {
  const host = scriptedHost(answer(200));
  await valueOf('Web.Contents("https://x.test")', { host });
  await valueOf('Web.Contents("https://x.test", [Timeout = #duration(0, 0, 0, 5), IsRetry = true])', { host });
  assert.deepEqual(
    host.requests.map(({ timeoutMs }) => timeoutMs),
    [100_000, 5000],
  );
});

test("secrets are not logged", async () => {
  const { requests } = await evaluate({
    documents: [
      `Web.Contents("https://x.test", [
        CredentialQuery = [key = "s3cret"], Content = Text.ToBinary("grant=1&client_secret=s3cret&x=1")
      ])`,
    ],
    host: scriptedHost(answer(200)),
    credential: { AuthenticationKind: "Aad", access_token: "s3cret" },
    extension: true,
  });
  assert.equal(JSON.stringify(requests).includes("s3cret"), false);
  assert.equal(requests[0].body, "grant=1&client_secret=***&x=1");
});
