// The simulator as a user of the package meets it: on HTTP, in memory, and through a `fetch` of its own.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { get } from "node:https";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { Simulator, simulatedFetch, startSimulator } from "pqrun/simulator";

import { folder, startCommand, environment, until } from "./support.mjs";

const authorization = "Bearer dapi-simulated";
const JOB = "880012345678901";

describe("the simulator on HTTP", () => {
  /** @type {Awaited<ReturnType<typeof startSimulator>>} */
  let running;
  before(async () => {
    running = await startSimulator({ speed: 1000 });
  });
  after(() => running.close());

  it("starts a run once, follows it and gives its output", async () => {
    const call = (path, body) =>
      fetch(`${running.url}/api/2.2/jobs/${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: { authorization },
        body,
      });
    const body = `{"job_id": ${JOB}, "idempotency_token": "t"}`;
    const first = await (await call("run-now", body)).text();
    assert.equal(await (await call("run-now", body)).text(), first);
    const state = JSON.parse(running.simulator.state(Date.now()));
    assert.equal(state.databricks.runsCreated[JOB], 1);
    const id = state.databricks.runs[0].runId;
    assert.match(first, new RegExp(`"run_id":${id},`), "all of its digits");
    let text;
    do {
      text = await (await call(`runs/get?run_id=${id}`)).text();
    } while (JSON.parse(text).end_time === 0);
    assert.equal(JSON.parse(text).state.result_state, "SUCCESS");
    const task = /"task_key":"load","run_id":(\d+)/.exec(text)?.[1];
    const output = await (await call(`runs/get-output?run_id=${task}`)).json();
    assert.equal(JSON.parse(output.notebook_output.result).length, 20);
  });

  it("issues tokens, and tells the truth without showing them", async () => {
    const issued = await fetch(`${running.url}/simulator/token`, {
      method: "POST",
      body: JSON.stringify({ service: "fabric", lifetimeSeconds: 3600 }),
    });
    const { token, expiresOn } = await issued.json();
    assert.ok(expiresOn > Date.now());
    const answer = await fetch(`${running.url}/v1/workspaces`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(answer.status, 200);
    const state = await (await fetch(`${running.url}/simulator/state`)).text();
    assert.ok(!state.includes(token) && !state.includes("dapi-simulated"));
  });
});

/** A key and its certificate for `localhost`, as files. */
function certificate(t) {
  const place = folder(t);
  const [key, cert] = ["key.pem", "cert.pem"].map((name) => path.join(place, name));
  const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "2"];
  execFileSync("openssl", ["req", "-x509", ...kind, "-keyout", key, "-out", cert, ...name], { stdio: "ignore" });
  return { key, cert };
}

/** What a client reads that trusts one certificate and no other. */
function read(url, ca) {
  return new Promise((resolve, reject) => {
    get(url, { ca, agent: false }, async (answer) => {
      let text = "";
      for await (const chunk of answer) text += chunk;
      resolve(JSON.parse(text));
    }).on("error", reject);
  });
}

describe("the simulator on HTTPS", () => {
  const document = "/contoso.example/v2.0/.well-known/openid-configuration";

  it("is trusted by its certificate alone, and names itself in what it tells", async (t) => {
    const files = certificate(t);
    const [key, cert] = [files.key, files.cert].map((file) => readFileSync(file));
    const running = await startSimulator({ tls: { key, cert } });
    t.after(() => running.close());
    assert.match(running.url, /^https:\/\/localhost:\d+$/u);
    const { token_endpoint: endpoint } = await read(`${running.url}${document}`, cert);
    assert.ok(endpoint.startsWith(`${running.url}/`), endpoint);
    await assert.rejects(read(`${running.url}${document}`, undefined), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
  });

  it("is served by the command, which says how to sign in", async (t) => {
    const { key, cert } = certificate(t);
    const args = ["simulate", "--tls-key", key, "--tls-cert", cert];
    const command = startCommand(args, { env: environment(folder(t)) });
    t.after(() => command.child.kill("SIGKILL"));
    const url = await until("the address", () => /^https:\S+/u.exec(command.output.stdout)?.[0]);
    const { issuer } = await read(`${url}${document}`, readFileSync(cert));
    await until("the help", () => command.output.stderr.includes("Ctrl-C"));
    const [, tenant] = /tenant (\S+),/u.exec(command.output.stderr) ?? [];
    assert.equal(issuer, `${url}/${tenant}/v2.0`);
  });
});

describe("the built-in scenario", () => {
  it("takes every way to sign in that the command tells", async (t) => {
    const command = startCommand(["simulate"], { env: environment(folder(t)) });
    t.after(() => command.child.kill("SIGKILL"));
    const said = await until("the help", () => command.output.stderr.includes("Ctrl-C") && command.output.stderr);
    const url = command.output.stdout.trim();
    const [, client, secret] = /Databricks +client (\S+), secret (\S+)/u.exec(said) ?? [];
    const [, tenant, app] = /tenant (\S+), client (\S+),/u.exec(said) ?? [];
    const [, appSecret, assertion] = /secret (\S+) or assertion (\S+)/u.exec(said) ?? [];
    const ask = async (target, members) => {
      const body = new URLSearchParams({ grant_type: "client_credentials", ...members });
      const answer = await (await fetch(`${url}${target}`, { method: "POST", body })).json();
      assert.ok(answer.access_token, answer.error);
      return answer.access_token;
    };
    const entra = `/${tenant}/oauth2/v2.0/token`;
    const bySecret = { client_id: app, client_secret: appSecret };
    const fabric = "https://api.fabric.microsoft.com/.default";
    const kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    const jobs = "/api/2.2/jobs/list";
    const vault = await ask(entra, { ...bySecret, scope: "https://vault.azure.net/.default" });
    for (const [target, token] of [
      [jobs, await ask("/oidc/v1/token", { client_id: client, client_secret: secret, scope: "jobs" })],
      ["/v1/workspaces", await ask(entra, { ...bySecret, scope: fabric })],
      [
        "/v1/workspaces",
        await ask(entra, { client_id: app, client_assertion_type: kind, client_assertion: assertion, scope: fabric }),
      ],
      ...[...said.matchAll(/keyvault:\/\/[\w-]+\/([\w-]+)/gu)].map(([, name]) => [
        `/secrets/${name}?api-version=7.4`,
        vault,
      ]),
    ]) {
      const answer = await fetch(`${url}${target}`, { headers: { authorization: `Bearer ${token}` } });
      assert.equal(answer.status, 200, target);
    }
  });
});

describe("a fault", () => {
  const scenario = (kind) => ({
    tokens: [{ value: "dapi-simulated", service: "databricks" }],
    databricks: { jobs: [{ id: JOB, tasks: [{ key: "main" }] }] },
    faults: [{ endpoint: "jobs/list", kind }],
  });
  const ways = [
    ["on HTTP", async (kind, use) => {
      const running = await startSimulator({ scenario: scenario(kind) });
      try {
        await use((init) => fetch(`${running.url}/api/2.2/jobs/list`, init));
      } finally {
        await running.close();
      }
    }],
    ["in memory", async (kind, use) => {
      const fetch = simulatedFetch(new Simulator(JSON.stringify(scenario(kind)), Date.now(), 1));
      await use((init) => fetch("https://adb-1.5.azuredatabricks.net/api/2.2/jobs/list", init));
    }],
  ];
  for (const [where, run] of ways) {
    it(`drops a connection, ${where}`, () =>
      run("drop", async (list) => {
        await assert.rejects(list({ headers: { authorization } }), TypeError);
      }));

    it(`cuts an answer, ${where}`, () =>
      run({ cut: { bytes: 5 } }, async (list) => {
        const answer = await list({ headers: { authorization } });
        assert.equal(answer.status, 200);
        await assert.rejects(answer.text(), TypeError);
      }));

    it(`delays an answer until the caller gives up, ${where}`, () =>
      run({ slow: { seconds: 60 } }, async (list) => {
        const began = Date.now();
        await assert.rejects(list({ headers: { authorization }, signal: AbortSignal.timeout(50) }));
        assert.ok(Date.now() - began < 5000);
      }));
  }
});

describe("the simulator in memory", () => {
  it("says which member of a scenario is wrong", () => {
    assert.throws(() => new Simulator('{"databricks": {"jobs": [{"names": ""}]}}', Date.now(), 1), {
      name: "Error",
      message: /^databricks\.jobs\[0\]\.names: unknown member; known are id, name, /,
    });
  });

  it("goes on from a snapshot", async () => {
    const simulator = new Simulator(undefined, Date.now(), 1);
    const start = { method: "POST", headers: { authorization }, body: `{"job_id": ${JOB}, "idempotency_token": "t"}` };
    const url = "https://adb-1.5.azuredatabricks.net/api/2.2/jobs/run-now";
    const first = await (await simulatedFetch(simulator)(url, start)).text();
    const restored = Simulator.restore(simulator.snapshot());
    assert.equal(await (await simulatedFetch(restored)(url, start)).text(), first);
    assert.throws(() => Simulator.restore("{}"), Error);
  });
});
