/**
 * Tokens of the account that Azure CLI is signed in with.
 *
 * @see https://learn.microsoft.com/cli/azure/account#az-account-get-access-token
 */

import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import process from "node:process";

import { harmlessLine } from "../text.js";
import { credentialError } from "./errors.js";

/** Milliseconds after which Azure CLI is given up, if the caller says nothing else. */
const LIMIT_MS = 30_000;

/** What may become an argument: on Windows a shell reads them, too. */
const SCOPE = /^[\da-z][\da-z:/._-]*$/iu;
const TENANT = /^[\da-z][\da-z.-]*$/iu;
const SUBSCRIPTION = /^[\p{L}\p{N}][\p{L}\p{N} ._()-]*$/u;

/** What a refusal says if a person has to sign in (again). */
const SIGN_IN = /az login|AADSTS(?:16000|50058|50076|50078|50079|50173|53003|65001|70008|700082|70043)|interaction/iu;

/**
 * @typedef {object} AzureCliOptions
 * @property {string} [tenantId] Another tenant than the one that `az` is set to.
 * @property {string} [subscription] A subscription's id or name, of whose tenant the token shall be.
 * @property {string} [azureWorkspaceResourceId] Databricks: the workspace's Azure resource, for an account that the
 *   workspace does not know yet.
 * @property {string} [management] What a token for Azure's management is for; needed with `azureWorkspaceResourceId`.
 * @property {number} [timeout] Milliseconds after which it is given up; 30,000 if left out.
 * @property {NodeJS.ProcessEnv} [env] In the place of the process' own.
 */

/**
 * A credential that asks Azure CLI each time; the client keeps what it gets.
 *
 * @param {AzureCliOptions} [options]
 * @returns {import("pqrun").TokenCredential}
 */
export function azureCli(options = {}) {
  const { tenantId, subscription, azureWorkspaceResourceId, management } = options;
  const { timeout = LIMIT_MS, env = process.env } = options;
  expectMatch(tenantId, TENANT, "tenantId", "the id or a domain of a tenant");
  expectMatch(subscription, SUBSCRIPTION, "subscription", "the id or the name of a subscription");
  return {
    async getToken(/** @type {string | readonly string[]} */ scopes) {
      const [scope = "", ...more] = typeof scopes === "string" ? [scopes] : scopes;
      if (more.length > 0 || !SCOPE.test(scope)) {
        throw credentialError(
          "invalidCredentials",
          "Azure CLI: expected one scope such as https://vault.azure.net/.default, found something else",
          "ask for a token for one service at a time",
        );
      }
      const place = [
        ...(tenantId === undefined ? [] : ["--tenant", tenantId]),
        ...(subscription === undefined ? [] : ["--subscription", subscription]),
      ];
      const found = await ask(wanted(scope), place, { env, tenantId, timeout });
      if (azureWorkspaceResourceId === undefined || management === undefined) {
        return found;
      }
      // Without it the workspace still takes an account that it knows. Databricks' own tools do the same.
      const second = await ask(["--resource", management], place, { env, tenantId, timeout }).catch(() => undefined);
      return second === undefined
        ? found
        : {
            ...found,
            headers: {
              "X-Databricks-Azure-Workspace-Resource-Id": azureWorkspaceResourceId,
              "X-Databricks-Azure-SP-Management-Token": second.token,
            },
          };
    },
  };
}

/**
 * Where Azure CLI is. Folders that are not named in full, such as the current one, are not searched.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined}
 */
export function findAzureCli(env) {
  const isWindows = process.platform === "win32";
  const names = isWindows ? ["az.exe", "az.cmd"] : ["az"];
  const folders = (env.PATH ?? env.Path ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  const files = folders.flatMap((folder) => names.map((name) => path.join(folder, name)));
  // What a shell would read another way than it stands.
  return files.find((file) => isProgram(file) && !(isWindows && /["%]/u.test(file)));
}

/** @param {string} file */
function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * Older versions know no scopes, but the resources in them.
 *
 * @param {string} scope
 */
function wanted(scope) {
  const suffix = "/.default";
  return scope.endsWith(suffix) ? ["--resource", scope.slice(0, -suffix.length)] : ["--scope", scope];
}

/**
 * @param {readonly string[]} what
 * @param {readonly string[]} place
 * @param {{ env: NodeJS.ProcessEnv, timeout: number, tenantId?: string }} options
 */
async function ask(what, place, options) {
  const az = findAzureCli(options.env);
  if (az === undefined) {
    throw credentialError(
      "missingCredentials",
      "Azure CLI: there is no az on the PATH",
      "install it from https://aka.ms/azure-cli, or sign in another way",
    );
  }
  const args = ["account", "get-access-token", "--output", "json", ...what, ...place];
  return readAnswer(await run(az, args, options));
}

/**
 * @param {string} az
 * @param {readonly string[]} args
 * @param {{ env: NodeJS.ProcessEnv, timeout: number, tenantId?: string }} options
 * @returns {Promise<string>} What it wrote.
 */
function run(az, args, { env, timeout, tenantId }) {
  // A .cmd file takes a shell (CVE-2024-27980). Each argument has been held against a pattern, and stands in quotes.
  const isScript = az.toLowerCase().endsWith(".cmd");
  const line = isScript ? `"${[az, ...args].map((one) => `"${one}"`).join(" ")}"` : "";
  const file = isScript ? (env.ComSpec ?? "cmd.exe") : az;
  return new Promise((resolve, reject) => {
    const child = execFile(
      file,
      isScript ? ["/d", "/s", "/c", line] : [...args],
      { env, timeout, killSignal: "SIGKILL", windowsHide: true, windowsVerbatimArguments: isScript },
      (error, stdout, stderr) => {
        if (error === null) {
          resolve(stdout);
        } else if (error.code === /** @type {unknown} */ ("ERR_CHILD_PROCESS_STDIO_MAXBUFFER")) {
          // It was killed for it. No answer is half as long.
          resolve("");
        } else if (error.killed) {
          reject(
            credentialError(
              "network",
              `Azure CLI gave no token within ${timeout / 1000} s`,
              "run `az account get-access-token` by hand to see what it waits for",
            ),
          );
        } else {
          reject(refusal(stderr || error.message, tenantId));
        }
      },
    );
    // It must not wait for somebody to type.
    child.stdin?.end();
  });
}

/**
 * @param {string} stderr
 * @param {string | undefined} tenantId
 */
function refusal(stderr, tenantId) {
  const message = `Azure CLI: ${harmlessMessage(stderr)}`;
  return SIGN_IN.test(stderr)
    ? credentialError("interactionRequired", message, `run \`az login${tenantId ? ` --tenant ${tenantId}` : ""}\``)
    : credentialError("signInRefused", message, "run `az account get-access-token` by hand; `az login` signs in again");
}

/**
 * What it said, in a line, without what could be a token.
 *
 * @param {string} stderr
 */
function harmlessMessage(stderr) {
  const lines = stderr
    .replace(/\u001b\[[\d;]*m/gu, "")
    .split(/\r?\n/u)
    .map((line) => line.replace(/^\s*(?:ERROR|WARNING):\s*/u, "").trim())
    .filter((line) => line !== "" && !line.startsWith("Command failed:"));
  const hidden = lines.join(" ").replace(/[\w~+/=-]{24,}(?:\.[\w~+/=-]+)+|[\w~.+/=-]{60,}/gu, "***");
  return hidden === "" ? "it failed without saying why" : harmlessLine(hidden.slice(0, 500));
}

/**
 * @param {string} stdout
 * @returns {{ token: string, expiresOnTimestamp: number }}
 */
function readAnswer(stdout) {
  let answer;
  try {
    answer = JSON.parse(stdout);
  } catch {
    // Said below.
  }
  const token = answer?.accessToken;
  if (typeof token !== "string" || token === "") {
    throw credentialError(
      "malformedResponse",
      "Azure CLI: expected JSON with accessToken, found something else",
      "bring Azure CLI up to date: `az upgrade`",
    );
  }
  return /** @type {{ token: string, expiresOnTimestamp: number }} */ ({ token, ...expiry(answer) });
}

/**
 * The end of the token: in seconds since 1970, which versions from 2.54 on say, else as a local time.
 *
 * @param {{ expires_on?: unknown, expiresOn?: unknown }} answer
 * @returns {{ expiresOnTimestamp?: number }}
 */
function expiry({ expires_on: seconds, expiresOn: local }) {
  if (seconds !== undefined && seconds !== null && Number.isFinite(Number(seconds))) {
    return { expiresOnTimestamp: Number(seconds) * 1000 };
  }
  const parts = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)/u.exec(String(local));
  if (parts === null) {
    return {};
  }
  const [year = 0, month = 0, ...rest] = parts.slice(1).map(Number);
  return { expiresOnTimestamp: new Date(year, month - 1, ...rest).getTime() };
}

/**
 * @param {string | undefined} value
 * @param {RegExp} pattern
 * @param {string} name
 * @param {string} expected
 */
function expectMatch(value, pattern, name, expected) {
  if (value !== undefined && !pattern.test(value)) {
    throw credentialError("invalidCredentials", `${name}: expected ${expected}, found something else`, "correct it");
  }
}
