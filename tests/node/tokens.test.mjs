/** Where a run's or a client's tokens come from, who shares them, and where they go. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { DatabricksClient, FabricClient, runDatabricksJob, runFabricItem } from "pqrun";

import { passing } from "./virtual-clock.mjs";

const HOST = "https://adb-1111222233334444.5.azuredatabricks.net";
const OTHER = "https://adb-1111222233334444.6.azuredatabricks.net";

/** @typedef {import("pqrun").TokenRequest} TokenRequest */

/**
 * A service in a `fetch`: it takes only the tokens that `good` says, and knows run 7, which has ended.
 *
 * @param {(token: string | null) => boolean} [good]
 */
function service(good = () => true) {
  /** @type {{ url: string, headers: Headers }[]} */
  const requests = [];
  return {
    requests,
    tokens: () => requests.map(({ headers }) => headers.get("authorization")?.replace("Bearer ", "") ?? null),
    fetch: async (/** @type {string} */ url, /** @type {{ headers: Record<string, string> }} */ init) => {
      const headers = new Headers(init.headers);
      requests.push({ url, headers });
      await new Promise((resolve) => setTimeout(resolve, 1));
      return good(headers.get("authorization")?.replace("Bearer ", "") ?? null)
        ? Response.json({ run_id: 7, status: { state: "TERMINATED", termination_details: { code: "SUCCESS" } }, tasks: [] })
        : Response.json({ error_code: "403", message: "Invalid access token." }, { status: 401 });
    },
  };
}

/**
 * A callback that counts, and gives `t1`, `t2`, … with a life.
 *
 * @param {{ seconds?: number, wait?: number }} [options]
 */
function source({ seconds, wait = 5 } = {}) {
  /** @type {TokenRequest[]} */
  const asked = [];
  const token = async (/** @type {TokenRequest} */ request) => {
    const number = asked.push(request);
    await new Promise((resolve) => setTimeout(resolve, wait));
    return { token: `t${number}`, expiresOnTimestamp: seconds && Date.now() + seconds * 1000 };
  };
  return { asked, token };
}

/** @param {number} count @param {(index: number) => Promise<unknown>} make */
const all = (count, make) => Promise.all(Array.from({ length: count }, (_, index) => make(index)));

/** @param {string} code @param {RegExp} [message] */
const coded = (code, message = /./u) => (/** @type {unknown} */ error) => {
  assert.ok(error instanceof Error && error.name === "PqrunError", String(error));
  assert.equal(Reflect.get(error, "code"), code, error.message);
  assert.match(error.message, message);
  return true;
};

test("a callback is asked once for all clients and runs of a host, and for each host by itself", async () => {
  const { fetch, requests } = service();
  const { asked, token } = source();
  const clients = [HOST, HOST, `${HOST}/?o=1`, OTHER].map((host) => new DatabricksClient({ host, token, fetch }));
  await all(40, (index) => clients[index % 4].getRun("7"));
  assert.deepEqual(
    asked.map(({ host }) => host).sort(),
    [HOST, OTHER],
  );
  for (const { url, headers } of requests) {
    const expected = asked.findIndex(({ host }) => url.startsWith(`${host}/`)) + 1;
    assert.equal(headers.get("authorization"), `Bearer t${expected}`, "a token goes to no host but its own");
  }
});

test("an end that is no time is none: the token is used until it is refused", async () => {
  for (const end of [NaN, Infinity, undefined]) {
    const { fetch } = service();
    let asked = 0;
    const token = async () => ({ token: `t${(asked += 1)}`, expiresOnTimestamp: end });
    const client = new DatabricksClient({ host: HOST, token, fetch });
    await client.getRun("7");
    await client.getRun("7");
    assert.equal(asked, 1, String(end));
  }
});

test("a source that names the token that it can't replace does not get it into the error", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.UTC(2026, 2, 1) });
  let isGood = true;
  const { fetch } = service(() => isGood);
  let asked = 0;
  const token = async () => {
    asked += 1;
    if (asked > 1) {
      throw new Error("planted-token-1 is over, and nobody can replace planted-token-1");
    }
    return "planted-token-1";
  };
  const client = new DatabricksClient({ host: HOST, token, fetch });
  await passing(t, client.getRun("7"));
  isGood = false;
  await assert.rejects(passing(t, client.getRun("7")), (/** @type {any} */ error) => {
    assert.match(error.message, /\[secret\] is over, and nobody can replace \[secret\]/u);
    return true;
  });
});

test("one object for both services has a token for each", async () => {
  const asked = /** @type {string[]} */ ([]);
  const credential = {
    getToken: async (/** @type {string} */ scope) => {
      asked.push(scope);
      return { token: scope.slice(0, 4) };
    },
  };
  const { fetch } = service();
  const host = "http://127.0.0.1:9";
  await new DatabricksClient({ host, credential, fetch }).getRun("7");
  await new FabricClient({ host, credential, fetch }).listWorkspaces().catch(() => undefined);
  assert.deepEqual(asked, ["2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default", "https://api.fabric.microsoft.com/.default"]);
});

test("another function with the same code is another source", async () => {
  const { fetch } = service();
  const sources = [source(), source()];
  const clients = sources.map(({ token }) => new DatabricksClient({ host: HOST, token, fetch }));
  await all(2, (index) => clients[index].getRun("7"));
  assert.deepEqual(
    sources.map(({ asked }) => asked.length),
    [1, 1],
  );
});

test("a hundred refusals at once are one question, and a late refusal of an old token is none", async () => {
  let good = "t1";
  const { fetch, tokens } = service((token) => token === good);
  const { asked, token } = source();
  const clients = Array.from({ length: 100 }, () => new DatabricksClient({ host: HOST, token, fetch }));
  await all(100, (index) => clients[index].getRun("7"));
  good = "t2";
  await all(100, (index) => clients[index].getRun("7"));
  assert.deepEqual(
    asked.map(({ refresh }) => refresh),
    [false, true],
  );
  assert.equal(tokens().filter((sent) => sent === "t1").length, 200);
  assert.equal(tokens().filter((sent) => sent === "t2").length, 100);

  // This one's first answer comes when the others have the next token already.
  good = "t3";
  /** @type {() => void} */
  let release = () => undefined;
  const held = new Promise((resolve) => (release = () => resolve(undefined)));
  const slow = new DatabricksClient({
    host: HOST,
    token,
    fetch: async (url, init) => {
      const answer = await fetch(url, init);
      await held;
      return answer;
    },
  });
  const late = slow.getRun("7");
  await clients[0].getRun("7");
  release();
  await late;
  assert.equal(asked.length, 3);
});

test("a source whose tokens are all refused is asked twice for a request, not for ever", async () => {
  const { fetch, requests } = service(() => false);
  const { asked, token } = source();
  const client = new DatabricksClient({ host: HOST, token, fetch });
  await assert.rejects(client.getRun("7"), coded("unauthenticated"));
  assert.deepEqual([asked.length, requests.length], [2, 2]);
});

test("a token that is about to expire is replaced beside its use, one that has expired before it", async (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
  const { fetch, tokens } = service();
  const { asked, token } = source({ seconds: 3600 });
  const client = new DatabricksClient({ host: HOST, token, fetch });
  const get = () => all(10, () => client.getRun("7"));
  await get();
  t.mock.timers.tick(3_200_000);
  await get();
  assert.equal(asked.length, 1, "more than five minutes are left");
  t.mock.timers.tick(150_000);
  await get();
  assert.deepEqual(new Set(tokens()), new Set(["t1"]), "nobody waited for the new one");
  await new Promise((resolve) => setTimeout(resolve, 50));
  await get();
  assert.deepEqual([asked.length, tokens().at(-1), asked[1].refresh], [2, "t2", false]);
  t.mock.timers.tick(3_590_000);
  await get();
  assert.deepEqual([asked.length, tokens().at(-1)], [3, "t3"], "40 s before its end it is not used any more");
});

test("a replacement that fails does no harm while the old token is good, and is tried again after a minute", async (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
  const { fetch, tokens } = service();
  const end = Date.now() + 3_600_000;
  let asked = 0;
  const token = async () => {
    asked += 1;
    if (asked > 1) {
      throw new Error("the identity provider is away");
    }
    return { token: "t1", expiresOnTimestamp: end };
  };
  const client = new DatabricksClient({ host: HOST, token, fetch });
  const get = async () => {
    await all(5, () => client.getRun("7"));
    await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await get();
  t.mock.timers.tick(3_400_000);
  await get();
  await get();
  assert.equal(asked, 2);
  t.mock.timers.tick(61_000);
  await get();
  assert.equal(asked, 3);
  assert.deepEqual(new Set(tokens()), new Set(["t1"]));
});

test("a callback that never answers is given up, and the next request asks anew", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.now() });
  const { fetch } = service();
  let asked = 0;
  const token = () => {
    asked += 1;
    return asked === 1 ? new Promise(() => undefined) : "t";
  };
  const client = new DatabricksClient({ host: HOST, token, fetch });
  const rejected = assert.rejects(client.getRun("7"), coded("missingCredentials", /within 120 s/u));
  for (let second = 0; second < 130; second += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    t.mock.timers.tick(1000);
  }
  await rejected;
  const run = client.getRun("7");
  await new Promise((resolve) => setImmediate(resolve));
  t.mock.timers.tick(1);
  assert.deepEqual([(await run).runId, asked], ["7", 2]);
});

test("nothing keeps a callback that nobody uses any more", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  const used = await (async () => {
    const { fetch } = service();
    const { token } = source();
    const client = new DatabricksClient({ host: HOST, token, fetch });
    await client.getRun("7");
    client.free();
    return new WeakRef(token);
  })();
  for (let turn = 0; turn < 50 && used.deref(); turn += 1) {
    // A reference that was just looked at holds until the turn is over.
    await new Promise((resolve) => setTimeout(resolve, 10));
    collect();
  }
  assert.equal(used.deref(), undefined);
});

test("a failure before the first token ends it, with the code that the credential gave", async () => {
  const refused = Object.assign(new Error("AADSTS7000215: invalid client secret"), {
    name: "PqrunError",
    code: "signInRefused",
    hint: "look at the secret",
    serviceCode: "invalid_client",
    status: 401,
    requestId: "a51d",
  });
  for (const [thrown, code, message] of /** @type {[unknown, string, RegExp][]} */ ([
    [refused, "signInRefused", /AADSTS7000215/u],
    [new Error("signed out"), "missingCredentials", /signed out/u],
    [Object.assign(new Error("no such file"), { code: "ENOENT" }), "missingCredentials", /no such file/u],
    ["just a text", "missingCredentials", /just a text/u],
  ])) {
    const { fetch, requests } = service();
    const credential = { getToken: () => Promise.reject(thrown) };
    const result = await runDatabricksJob({ host: HOST, credential, fetch, jobId: "1" }).result;
    assert.deepEqual([result.outcome, result.error?.code], ["rejected", code]);
    assert.match(result.error?.message ?? "", message);
    assert.deepEqual(requests, []);
    if (code === "signInRefused") {
      const { hint, serviceCode, status, requestId } = result.error ?? {};
      assert.deepEqual([hint, serviceCode, status, requestId], ["look at the secret", "invalid_client", 401, "a51d"]);
    }
    await assert.rejects(new DatabricksClient({ host: HOST, credential, fetch }).getRun("7"), coded(code, message));
  }
});

test("a failure after the first token is waited out", async () => {
  let good = "t1";
  const { fetch } = service((token) => token === good);
  let asked = 0;
  const token = () => {
    asked += 1;
    if (asked === 2) {
      throw new Error("the identity provider is away");
    }
    return `t${asked}`;
  };
  const client = new DatabricksClient({ host: HOST, token, fetch });
  await client.getRun("7");
  good = "t3";
  assert.equal((await client.getRun("7")).runId, "7");
  assert.equal(asked, 3);
});

test("what is no token is a clear error", async () => {
  for (const [given, code, message] of /** @type {[any, string, RegExp][]} */ ([
    [null, "missingCredentials", /null/u],
    [undefined, "missingCredentials", /null/u],
    [{}, "missingCredentials", /none/u],
    [{ token: 5 }, "missingCredentials", /none/u],
    ["", "invalidCredentials", /empty/u],
    [{ token: "planted token" }, "invalidCredentials", /visible ASCII/u],
    [{ token: "pl\u00e4nted" }, "invalidCredentials", /visible ASCII/u],
  ])) {
    const { fetch, requests } = service();
    const client = new DatabricksClient({ host: HOST, credential: { getToken: async () => given }, fetch });
    await assert.rejects(client.getRun("7"), (error) => {
      assert.doesNotMatch(String(error), /pl.nted/u);
      return coded(code, message)(error);
    });
    assert.deepEqual(requests, []);
  }
});

test("of further headers only those go along that Azure Databricks knows", async () => {
  const { fetch, requests } = service();
  const headers = {
    "x-databricks-azure-workspace-resource-id": "/subscriptions/s",
    "X-Databricks-Azure-SP-Management-Token": "management",
    "X-Other": "other",
    Cookie: "c",
    Host: "example.com",
  };
  await new DatabricksClient({ host: HOST, token: () => ({ token: "t", headers }), fetch }).getRun("7");
  assert.deepEqual(
    [...requests[0].headers.keys()].sort(),
    ["accept", "authorization", "x-databricks-azure-sp-management-token", "x-databricks-azure-workspace-resource-id"],
  );
});

test("a credential is told the scope, the host, and whether the last token was refused", async () => {
  let good = "one";
  const { fetch } = service((token) => token === good);
  /** @type {any[][]} */
  const calls = [];
  const credential = {
    async getToken(/** @type {any[]} */ ...given) {
      assert.equal(this, credential);
      calls.push(given);
      return { token: given[1].refresh ? "two" : "one", expiresOnTimestamp: Date.now() + 3_600_000 };
    },
  };
  const client = new DatabricksClient({ host: HOST, credential, fetch });
  await client.getRun("7");
  good = "two";
  await client.getRun("7");
  const scope = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default";
  assert.deepEqual(
    calls,
    [false, true].map((refresh) => [scope, { service: "databricks", host: HOST, scope, refresh }]),
  );
});

test("a host that is none of the service's own gets no token unasked", async () => {
  const { fetch, requests } = service();
  const callback = () => assert.fail("nobody asks for a token");
  for (const host of [
    "https://example.com",
    "https://adb-1.5.azuredatabricks.net.example.com",
    "https://azuredatabricks.net",
    "https://adb-1.5.azuredatabricks.net:8443",
    "https://api.fabric.microsoft.com",
  ]) {
    for (const more of [{ token: "t" }, { token: callback }, { credential: { getToken: callback } }]) {
      assert.throws(() => new DatabricksClient({ host, fetch, ...more }), coded("unknownHost"), host);
      assert.throws(() => runDatabricksJob({ host, fetch, jobId: "1", ...more }), coded("unknownHost"), host);
    }
  }
  const item = { workspaceId: crypto.randomUUID(), itemId: crypto.randomUUID() };
  assert.throws(() => runFabricItem({ ...item, host: HOST, token: "t", fetch }), coded("unknownHost"));
  assert.deepEqual(requests, []);

  const host = "https://proxy.example.com";
  await new DatabricksClient({ host, token: "t", trustHost: true, fetch }).getRun("7");
  await new DatabricksClient({ host, token: null, fetch }).getRun("7");
  assert.deepEqual(
    requests.map(({ headers }) => headers.get("authorization")),
    ["Bearer t", null],
  );
  assert.throws(
    () => new DatabricksClient(/** @type {any} */ ({ host, token: "t", trustHost: 1 })),
    coded("invalidOptions", /^trustHost: /u),
  );
});

test("a token that no header can carry is refused at once, and not shown", () => {
  for (const token of ["planted token", "planted\nHost: example.com", "pl\u00e4nted", "planted\u{1f600}"]) {
    assert.throws(
      () => new DatabricksClient({ host: HOST, token }),
      (error) => {
        assert.doesNotMatch(String(error), /planted|pl\u00e4/u);
        return coded("invalidCredentials")(error);
      },
    );
  }
});

test("what signs in is refused with the way to do it", () => {
  for (const name of ["clientSecret", "clientId", "tenantId", "assertion", "azureWorkspaceResourceId", "vaultCredential"]) {
    const options = /** @type {any} */ ({ host: HOST, [name]: "planted" });
    for (const call of [
      () => new DatabricksClient(options),
      () => runDatabricksJob({ ...options, jobId: "1", token: "t" }),
    ]) {
      assert.throws(call, (error) => {
        assert.doesNotMatch(String(error), /planted/u);
        return coded("invalidOptions", new RegExp(`^${name}: .*pqrun/auth`, "u"))(error);
      });
    }
  }
});
