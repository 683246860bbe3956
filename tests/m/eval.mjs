// The command: evaluates a file of M.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Worker, isMainThread, workerData } from "node:worker_threads";
import { evaluateFile } from "./command.mjs";
import { checkPair } from "./pairs.mjs";

const HELP = `Evaluates Power Query M and prints the value as JSON.

  node tests/m/eval.mjs FILE.pq [options]
  node tests/m/eval.mjs --example-pairs FILE.json [--verbose]

  --call EXPRESSION    What to evaluate in the scope of the file: of the members of a section document, or of the
                       variables of a file that is a 'let' expression; '_' is the value of the file then. Without it,
                       a section document gives its only shared member, or a record of all shared members.
  --base-url URL       Sends every request there instead, with the path and query it has. The header Host stays.
  --key TOKEN          The credential: Extension.CurrentCredential()[Key] in a connector ([access_token] if its kinds
                       offer no key). In a plain query it is the value of a name that the query uses and does not define,
                       if the name speaks of a token, key or secret (a parameter of the report).
  --credential JSON    The whole of Extension.CurrentCredential().
  --parameter NAME=TEXT  The value of a name that the query does not define. A name that speaks of a URL, server or
                       host is otherwise the base URL. May be repeated.
  --mode MODE          How answers are remembered: shared (the default), pessimistic, nocache or stale.
  --extension          The file is an extension; without it, a section document with DataSource.Kind is one. Its texts are
                       in resources.resx beside it, and its files lie there too.
  --simulator          In place of a network, the project's simulator within this process, on a virtual clock.
  --scenario FILE      The same with this scenario.
  --speed NUMBER       Divides every wait. Waits are real once a request has been sent to a real server; else the
                       clock is virtual and nothing is waited for.
  --requests           Prints the requests, one line of JSON each, to the standard error stream.
  --example-pairs FILE Checks [{ "usage": M, "output": M }, ...]; the last line is 'N passed, N failed, N unsupported'.
  --verbose            Says which pairs failed or are unsupported, and why.
  --help

Tables are arrays of records; dates and times are ISO texts; integers keep all their digits. An error of M is printed as
JSON, and the exit code is 3. Wrong use: exit code 2.
`;

/** Deep recursion of M is recursion of JavaScript: this much stack is enough for a million calls. */
const STACK_MB = 900;

if (isMainThread) {
  // The work is done in a thread, for only a thread can be given a larger stack.
  const worker = new Worker(fileURLToPath(import.meta.url), {
    workerData: { args: process.argv.slice(2) },
    resourceLimits: { stackSizeMb: STACK_MB, maxOldGenerationSizeMb: 4096 },
  });
  worker.on("error", (error) => {
    console.error(error);
    process.exitCode = 1;
  });
  worker.on("exit", (code) => {
    process.exitCode ||= code;
  });
} else {
  process.exitCode = await main(workerData.args);
}

/**
 * @param {string[]} args
 * @returns {Promise<number>} The exit code.
 */
async function main(args) {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        call: { type: "string" },
        "base-url": { type: "string" },
        key: { type: "string" },
        credential: { type: "string" },
        parameter: { type: "string", multiple: true },
        mode: { type: "string", default: "shared" },
        extension: { type: "boolean", default: false },
        simulator: { type: "boolean", default: false },
        scenario: { type: "string" },
        speed: { type: "string", default: "1" },
        requests: { type: "boolean", default: false },
        "example-pairs": { type: "string" },
        verbose: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    return misuse(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = parsed;
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (values["example-pairs"] !== undefined) return examplePairs(values["example-pairs"], values.verbose);
  if (positionals.length !== 1) return misuse("expected one file");
  try {
    return await evaluateFile(positionals[0], values);
  } catch (error) {
    if (error instanceof RangeError || !(error instanceof Error)) throw error;
    if ("code" in error || error instanceof SyntaxError || error.name === "UsageError") return misuse(error.message);
    throw error;
  }
}

/** @param {string} message */
function misuse(message) {
  process.stderr.write(`${message}\nSee --help.\n`);
  return 2;
}

/**
 * @param {string} file
 * @param {boolean} verbose
 */
async function examplePairs(file, verbose) {
  const pairs = JSON.parse(readFileSync(file, "utf8"));
  const counts = { passed: 0, failed: 0, unsupported: 0 };
  for (const [at, pair] of pairs.entries()) {
    const { verdict, why } = await checkPair(pair);
    counts[verdict] += 1;
    if (verbose && verdict !== "passed") {
      process.stdout.write(`${verdict} ${at}: ${pair.usage}\n  expected: ${pair.output}\n  ${why}\n`);
    }
  }
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.unsupported} unsupported\n`);
  return 0;
}
