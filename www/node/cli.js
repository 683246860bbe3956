#!/usr/bin/env node
import process from "node:process";

import { main } from "./main.js";
import { processStreams, write } from "./streams.js";

const streams = processStreams();
const exitCode = await main(process.argv.slice(2), streams);
// What is written to a pipe may still be on its way, and a connection that nobody needs any more must not keep us.
await Promise.all([write(streams.stdout, ""), write(streams.stderr, "")]);
process.exit(exitCode);
