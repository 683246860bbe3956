/** `pqrun auth check`: which credential would be used for which host, and whether it works. */

import { Buffer } from "node:buffer";

import { DatabricksClient, FabricClient } from "pqrun";

import { describeChoice } from "../auth/describe.js";
import { credentialError } from "../auth/errors.js";
import { serviceOf } from "../auth/index.js";
import { addSignInFlags, chooseBy, connectBy } from "../connection.js";
import { knownTokens, withoutSecrets } from "../credentials.js";
import { describeThrown } from "../errors.js";
import { CommandError, EXIT } from "../exit-codes.js";
import { lengthOption, wordOption } from "../flags.js";
import { networkFetch } from "../network.js";
import { present } from "../present.js";
import { write } from "../streams.js";
import { clockTime, harmlessLine } from "../text.js";

/** @typedef {import("../credentials.js").Service} Service */
/** @typedef {import("../auth/describe.js").Description} Description */

/**
 * @typedef {import("../connection.js").ConnectionFlags & { service?: Service, timeout: string, json?: boolean }} CheckFlags
 */

/**
 * What was found out beside the description.
 *
 * @typedef {object} Outcome
 * @property {boolean} works
 * @property {string} [call] The endpoint that was asked.
 * @property {number} [expiresAt] When the token ends, in milliseconds since 1970, if that was told.
 * @property {{ code?: string, message: string, hint?: string, serviceCode?: string, status?: number,
 *   requestId?: string, endpoint?: string }} [error]
 */

/** The call that shows whether a token is good; both services answer it to everybody whom they let in. */
const CALLS = Object.freeze({ databricks: "jobs/list", fabric: "workspaces" });

/**
 * @param {import("commander").Command} program
 * @param {import("../program.js").Context} context
 */
export function addAuth(program, context) {
  const auth = program.command("auth").description("see how pqrun signs in");
  const check = auth
    .command("check")
    .description("tell which credential is used for which host, and whether it works; exit code 0 if it does, else 7")
    .addOption(
      wordOption("--service <service>", "which one (default: the host's, else databricks)", ["databricks", "fabric"]),
    )
    .option("--host <url>", "the service's address (environment: DATABRICKS_HOST; else that of a profile)");
  addSignInFlags(check, "databricks")
    .addOption(lengthOption("--timeout <length>", "how long to try").default("1m"))
    .option("--json", "write what was found as a JSON object")
    .addHelpText(
      "after",
      `
With FABRIC_TOKEN or another credential of Fabric give --service fabric; Fabric needs no --host.
It never shows a secret, nor a part of one. What is looked for, in which order: docs/sign-in.md in the sources.

Examples:
  $ pqrun auth check --host https://adb-1111222233334444.5.azuredatabricks.net
  $ pqrun auth check --profile DEV
  $ pqrun auth check --service fabric --json`,
    )
    .action(async (/** @type {CheckFlags} */ flags) => {
      context.exitCode = await checkSignIn(flags, context.streams);
    });
}

/**
 * @param {CheckFlags} flags
 * @param {import("../streams.js").Streams} streams
 * @returns {Promise<number>}
 */
async function checkSignIn(flags, { stdout, stderr, env }) {
  const given = (flags.host ?? "").trim();
  const service = flags.service ?? serviceOf(given);
  /** @type {Description | undefined} */
  let description;
  let hostFrom = "";
  /** @type {Outcome} */
  let outcome;
  /** @type {unknown} */
  let thrown;
  try {
    const choice = chooseBy(service, flags, env);
    description = describeChoice(choice);
    hostFrom = given !== "" ? "--host" : hostSource(choice, flags, env);
    const asked = await ask(service, await connectBy(choice, flags, env), flags.timeout);
    ({ outcome, thrown } = asked);
  } catch (error) {
    if (error instanceof CommandError) {
      throw error;
    }
    thrown = error;
    outcome = { works: false, error: errorOf(error) };
  }
  const clean = (/** @type {string} */ text) => withoutSecrets(text, knownTokens(env));
  const passedOver = description?.passedOver ?? passedOverBy(thrown);
  if (flags.json) {
    const found = description && { ...description, hostSource: hostFrom };
    await write(stdout, clean(`${JSON.stringify({ service, ...found, passedOver, ...jsonOf(outcome) })}\n`));
  } else {
    const rows = [...about(service, description, hostFrom), ...passedOver.map(asRow), ...result(outcome)];
    await write(stdout, clean(listed(rows)));
  }
  if (outcome.works) {
    return EXIT.succeeded;
  }
  await write(
    stderr,
    clean(
      describeThrown(thrown, env)
        .map((line) => `${line}\n`)
        .join(""),
    ),
  );
  return EXIT.rejected;
}

/**
 * Gets a token and makes one cheap call with it.
 *
 * @param {Service} service
 * @param {import("../connection.js").Connection & { token?: string }} connection
 * @param {string} timeout
 * @returns {Promise<{ outcome: Outcome, thrown?: unknown }>}
 */
async function ask(service, connection, timeout) {
  /** @type {number | undefined} */
  let expiresAt = connection.token === undefined ? undefined : endOf(connection.token);
  /** @type {import("pqrun").TokenCredential | undefined} */
  const credential = connection.credential && {
    async getToken(...args) {
      const token = await connection.credential?.getToken(...args);
      expiresAt = token?.expiresOnTimestamp ?? endOf(token?.token ?? "");
      return /** @type {any} */ (token);
    },
  };
  let last = "";
  /** @type {import("pqrun").FetchLike} */
  const fetch = async (...args) => {
    try {
      const response = await /** @type {any} */ (networkFetch)(...args);
      last = `status ${response.status}`;
      return response;
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      last = cause instanceof Error && cause.message ? cause.message : String(Reflect.get(Object(cause), "code"));
      throw error;
    }
  };
  const options = /** @type {any} */ ({ ...connection, ...(credential ? { credential } : {}), fetch });
  const call = CALLS[service];
  try {
    const answer =
      service === "databricks"
        ? new DatabricksClient(options).listJobs({ limit: 1 })
        : new FabricClient(options).listWorkspaces({ limit: 1 });
    await within(answer, timeout, () => last);
    return { outcome: { works: true, call, expiresAt } };
  } catch (thrown) {
    return { outcome: { works: false, call, expiresAt, error: errorOf(thrown) }, thrown };
  }
}

/**
 * @param {Promise<unknown>} answer
 * @param {string} timeout
 * @param {() => string} last How the last request ended, if one did; those that may pass are sent again meanwhile.
 */
async function within(answer, timeout, last) {
  /** @type {NodeJS.Timeout | undefined} */
  let alarm;
  const late = new Promise((_, reject) => {
    alarm = setTimeout(() => {
      const message = `no good answer within ${timeout}${last() && `; the last request ended with: ${last()}`}`;
      reject(
        credentialError(
          "network",
          message,
          "check the host, the network and the proxy; --log-level debug shows each request",
        ),
      );
    }, milliseconds(timeout));
  });
  try {
    await Promise.race([answer, late]);
  } finally {
    clearTimeout(alarm);
  }
}

/** @type {Readonly<Record<string, number>>} */
const UNITS = Object.freeze({ ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 });

/**
 * @param {string} length As `lengthOption` lets it through.
 */
function milliseconds(length) {
  const parts = [...length.matchAll(/(\d+)(ms|min|s|m|h|d)/gu)];
  // The longest that a timer takes.
  return Math.min(
    parts.reduce((sum, [, number, unit = ""]) => sum + Number(number) * (UNITS[unit] ?? 0), 0),
    2 ** 31 - 1,
  );
}

/**
 * When a token says that it ends. For this report only: what counts is what the issuer told, and the service's answer.
 *
 * @param {string} token
 * @returns {number | undefined}
 */
function endOf(token) {
  try {
    const end = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()).exp;
    return Number.isFinite(end) ? end * 1000 : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {unknown} thrown
 * @returns {NonNullable<Outcome["error"]>}
 */
function errorOf(thrown) {
  if (!(thrown instanceof Error)) {
    return { message: String(thrown) };
  }
  const names = ["code", "hint", "serviceCode", "status", "requestId", "endpoint"];
  const members = names.map((name) => [name, Reflect.get(thrown, name)]).filter(([, value]) => value !== undefined);
  return { message: thrown.message, ...Object.fromEntries(members) };
}

/**
 * What an error of the choice says was looked at.
 *
 * @param {unknown} thrown
 * @returns {readonly import("../auth/chain.js").PassedOver[]}
 */
function passedOverBy(thrown) {
  return (thrown instanceof Error && Reflect.get(thrown, "passedOver")) || [];
}

/** @param {Outcome} outcome */
function jsonOf({ works, call, expiresAt, error }) {
  const tokenExpiresAt = expiresAt === undefined ? undefined : new Date(expiresAt).toISOString();
  return present({ call, tokenExpiresAt, works, error });
}

/** @typedef {[string, string | undefined]} Row A name and what is told under it, if there is something. */

/**
 * @param {Service} service
 * @param {Description | undefined} description
 * @param {string} hostFrom
 * @returns {Row[]}
 */
function about(service, description, hostFrom) {
  if (description === undefined) {
    return [["service", service]];
  }
  return [
    ["service", service],
    ["host", `${description.host} (${hostFrom})`],
    ["credential", description.what],
    ["source", description.source],
    ["client id", description.clientId],
    ["tenant", description.tenantId],
    ["authority", description.authority],
    ["scope", description.scope],
    ["resource", description.azureWorkspaceResourceId],
    ["assertion", description.assertion],
    ["secret", description.secret],
    ["read by", description.secretReadBy],
  ];
}

/**
 * @param {import("../auth/chain.js").PassedOver} passedOver
 * @returns {Row}
 */
function asRow({ source, reason }) {
  return ["passed over", `${source}: ${reason}`];
}

/**
 * @param {Outcome} outcome
 * @returns {Row[]}
 */
function result({ works, call, expiresAt, error }) {
  const left = expiresAt === undefined ? 0 : expiresAt - Date.now();
  const end =
    expiresAt === undefined
      ? "its end is not told"
      : `until ${new Date(expiresAt).toISOString()} (${left > 0 ? `${clockTime(left)} left` : "over"})`;
  return [
    ["token", works || expiresAt !== undefined ? end : undefined],
    ["works", works ? `yes, ${call} answered` : `no${error?.code ? `, ${error.code}` : ""}`],
  ];
}

/**
 * What says the address, if no flag does.
 *
 * @param {import("../auth/chain.js").Choice} choice
 * @param {CheckFlags} flags
 * @param {NodeJS.ProcessEnv} env
 */
function hostSource({ service, host, profile }, flags, env) {
  if (host === undefined) {
    return "Fabric's own";
  }
  const isOfEnvironment =
    service === "databricks" && flags.profile === undefined && (env.DATABRICKS_HOST ?? "").trim() !== "";
  return isOfEnvironment || profile === undefined ? "DATABRICKS_HOST" : `profile ${profile}`;
}

/** @param {readonly Row[]} rows */
function listed(rows) {
  const shown = rows.filter(([, value]) => value !== undefined);
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${harmlessLine(value ?? "")}\n`).join("");
}
