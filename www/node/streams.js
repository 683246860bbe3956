/** The streams of a command, and what goes to which: the result to standard output, all else to standard error. */

import process from "node:process";

/**
 * What a command may touch of its process.
 *
 * @typedef {object} Streams
 * @property {NodeJS.WriteStream} stdout
 * @property {NodeJS.WriteStream} stderr
 * @property {NodeJS.ReadStream} stdin
 * @property {NodeJS.ProcessEnv} env
 */

/** @returns {Streams} */
export function processStreams() {
  const { stdout, stderr, stdin, env } = process;
  for (const stream of [stdout, stderr]) {
    stream.on("error", (error) => {
      // A reader such as `head` may leave early. That is not the run's fault, nor ours.
      if (Reflect.get(error, "code") !== "EPIPE") {
        throw error;
      }
    });
  }
  return { stdout, stderr, stdin, env };
}

/**
 * Writes and waits until it is written.
 *
 * @param {NodeJS.WritableStream} stream
 * @param {string | Uint8Array} text
 * @returns {Promise<void>}
 */
export function write(stream, text) {
  return new Promise((resolve) => {
    // An error has been dealt with by the stream's listener.
    stream.write(text, () => resolve());
  });
}

/**
 * What is drawn on a stream again and again, by how to put a line above it.
 *
 * @type {WeakMap<NodeJS.WritableStream, (line: string) => void>}
 */
const displays = new WeakMap();

/**
 * Says how lines get onto a stream while something is drawn on it, or that nothing is any more.
 *
 * @param {NodeJS.WritableStream} stream
 * @param {((line: string) => void) | undefined} above
 */
export function setDisplay(stream, above) {
  if (above) {
    displays.set(stream, above);
  } else {
    displays.delete(stream);
  }
}

/**
 * Writes a line, above what is drawn on the stream.
 *
 * @param {NodeJS.WritableStream} stream
 * @param {string} line Without its end.
 */
export function writeLine(stream, line) {
  const above = displays.get(stream) ?? ((text) => void stream.write(`${text}\n`));
  above(line);
}
