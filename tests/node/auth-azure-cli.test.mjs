/** Tokens of Azure CLI, with a program in its place. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { azureCli as published } from "pqrun/auth";

import { PACKAGE, fakeAzureCli, folder } from "./support.mjs";

const { azureCli, findAzureCli } = await import(pathToFileURL(path.join(PACKAGE, "node", "auth", "azure-cli.js")).href);

const FABRIC = "https://api.fabric.microsoft.com/.default";
const TOKEN = "planted-t0ken-0123456789";
const JWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJwbGFudGVkIn0.cGxhbnRlZC1zaWduYXR1cmU";

/**
 * @param {string} code
 * @param {RegExp} message
 * @param {RegExp} [hint]
 */
const rejects =
  (code, message, hint = /./u) =>
  (/** @type {any} */ error) => {
    assert.deepEqual([error.name, error.code], ["PqrunError", code], error.stack);
    assert.match(error.message, message);
    assert.match(error.hint, hint);
    assert.doesNotMatch(error.message, /planted|eyJ/u);
    return true;
  };

const posix = { skip: process.platform === "win32" };

test("it is asked for the resource of the scope, and says when the token ends", posix, async (t) => {
  const az = fakeAzureCli(t, {
    accessToken: TOKEN,
    expires_on: 1_900_000_000,
    expiresOn: "2001-01-01 00:00:00.000000",
  });
  assert.deepEqual(await azureCli({ env: az.env }).getToken(FABRIC), {
    token: TOKEN,
    expiresOnTimestamp: 1_900_000_000_000,
  });
  const common = ["account", "get-access-token", "--output", "json"];
  assert.deepEqual(az.calls(), [[...common, "--resource", "https://api.fabric.microsoft.com"]]);
  const place = { tenantId: "contoso.example", subscription: "Reports (test) 1", env: az.env };
  await azureCli(place).getToken(["2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default"]);
  await azureCli({ env: az.env }).getToken("api://something/read");
  assert.deepEqual(az.calls().slice(1), [
    [
      ...common,
      ...["--resource", "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"],
      ...["--tenant", "contoso.example", "--subscription", "Reports (test) 1"],
    ],
    [...common, "--scope", "api://something/read"],
  ]);
});

test("older versions tell the end as a local time, and some do not tell it", posix, async (t) => {
  const local = fakeAzureCli(t, { accessToken: TOKEN, expiresOn: "2026-03-29 14:05:06.123456" });
  const { expiresOnTimestamp } = await azureCli({ env: local.env }).getToken(FABRIC);
  assert.equal(expiresOnTimestamp, new Date(2026, 2, 29, 14, 5, 6).getTime());
  const text = fakeAzureCli(t, { accessToken: TOKEN, expires_on: "1900000000" });
  assert.equal((await azureCli({ env: text.env }).getToken(FABRIC)).expiresOnTimestamp, 1_900_000_000_000);
  const none = fakeAzureCli(t, { accessToken: TOKEN, expires_on: null, expiresOn: null });
  assert.deepEqual(await azureCli({ env: none.env }).getToken(FABRIC), { token: TOKEN });
});

test(
  "without az on the PATH the error says so; folders that are not named in full are not searched",
  posix,
  async (t) => {
    const az = fakeAzureCli(t, { accessToken: TOKEN });
    const relative = path.relative(process.cwd(), az.folder);
    for (const PATH of [undefined, "", ".", relative, folder(t)]) {
      assert.equal(findAzureCli({ PATH }), undefined);
      await assert.rejects(
        azureCli({ env: { PATH } }).getToken(FABRIC),
        rejects("missingCredentials", /no az on the PATH/u),
      );
    }
    assert.deepEqual(az.calls(), []);
  },
);

test("who has to sign in is told so", posix, async (t) => {
  const signedOut = fakeAzureCli(t, undefined, "ERROR: Please run 'az login' to setup account.");
  await assert.rejects(
    azureCli({ env: signedOut.env, tenantId: "contoso.example" }).getToken(FABRIC),
    rejects("interactionRequired", /Please run 'az login'/u, /`az login --tenant contoso\.example`/u),
  );
  const expired = fakeAzureCli(t, undefined, "AADSTS700082: The refresh token has expired due to inactivity.");
  await assert.rejects(
    azureCli({ env: expired.env }).getToken(FABRIC),
    rejects("interactionRequired", /AADSTS700082/u),
  );
});

test("another refusal is told in its words, but for what could be a token", posix, async (t) => {
  const said = `\u001b[31mERROR: AADSTS500011: no such resource.\u001b[0m\nTrace ID: 2c0f1b1e-0000-4000-8000-000000000000 ${JWT} ${"planted".repeat(12)}`;
  const az = fakeAzureCli(t, undefined, said);
  await assert.rejects(
    azureCli({ env: az.env }).getToken(FABRIC),
    rejects(
      "signInRefused",
      /^Azure CLI: AADSTS500011: no such resource\. Trace ID: 2c0f1b1e-0000-4000-8000-000000000000 \*\*\* \*\*\*$/u,
    ),
  );
});

test("an answer that is none is an error that does not repeat it", posix, async (t) => {
  const long = TOKEN.repeat(1 + 2 ** 21 / TOKEN.length);
  for (const answer of [`planted ${TOKEN}`, { token: TOKEN }, { accessToken: "" }, null, { accessToken: long }]) {
    const az = fakeAzureCli(t, answer);
    await assert.rejects(azureCli({ env: az.env }).getToken(FABRIC), rejects("malformedResponse", /accessToken/u));
  }
});

test("one that hangs is given up", posix, async (t) => {
  const az = fakeAzureCli(t, "hang");
  const asked = azureCli({ env: az.env, timeout: 300 }).getToken(FABRIC);
  await assert.rejects(asked, rejects("network", /no token within 0\.3 s/u));
});

test(
  "what could be something else than a tenant, a subscription or a scope never becomes an argument",
  posix,
  async (t) => {
    const az = fakeAzureCli(t, { accessToken: TOKEN });
    const mark = path.join(az.folder, "mark");
    for (const hostile of [
      "",
      "-x",
      "--debug",
      `a"&touch ${mark}&"`,
      `$(touch ${mark})`,
      "%PATH%",
      "a\nb",
      "a;b",
      "a|b",
    ]) {
      assert.throws(() => azureCli({ tenantId: hostile, env: az.env }), rejects("invalidCredentials", /tenantId/u));
      assert.throws(
        () => azureCli({ subscription: hostile, env: az.env }),
        rejects("invalidCredentials", /subscription/u),
      );
      await assert.rejects(azureCli({ env: az.env }).getToken(hostile), rejects("invalidCredentials", /scope/u));
    }
    await assert.rejects(
      azureCli({ env: az.env }).getToken([FABRIC, FABRIC]),
      rejects("invalidCredentials", /one scope/u),
    );
    assert.deepEqual(az.calls(), []);
    assert.ok(!existsSync(mark));
  },
);

test("for a workspace that does not know the account, a token for Azure's management goes along", posix, async (t) => {
  const resource = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Databricks/workspaces/w";
  const options = { azureWorkspaceResourceId: resource, management: "https://management.core.windows.net/" };
  const az = fakeAzureCli(t, { accessToken: TOKEN });
  assert.deepEqual(
    await azureCli({ ...options, env: az.env }).getToken("2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default"),
    {
      token: TOKEN,
      headers: {
        "X-Databricks-Azure-Workspace-Resource-Id": resource,
        "X-Databricks-Azure-SP-Management-Token": TOKEN,
      },
    },
  );
  assert.deepEqual(az.calls()[1]?.slice(-2), ["--resource", "https://management.core.windows.net/"]);
  const partly = fakeAzureCli(t, { accessToken: TOKEN }, "no access to management", "management.core");
  assert.deepEqual(await azureCli({ ...options, env: partly.env }).getToken(FABRIC), { token: TOKEN });
});

test("the package has it", () => {
  assert.equal(typeof published({ tenantId: "contoso.example" }).getToken, "function");
});
