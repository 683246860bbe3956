/** Where a run's snapshot is kept, so that another process can go on. */

import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, readFile, rm } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import process from "node:process";

import { usageError } from "./exit-codes.js";
import { reasonOf } from "./parameters.js";
import { replaceFile } from "./replace-file.js";

/** @typedef {import("pqrun").Snapshot} Snapshot */

/** One file. Each write replaces the whole of it or nothing. */
export class SnapshotFile {
  /** The last write; each waits for the one before. */
  #writing = Promise.resolve();

  /**
   * @param {string} file
   * @param {boolean} isOurs Whether we chose the place, and so may clear it.
   */
  constructor(file, isOurs) {
    this.path = path.resolve(file);
    this.isOurs = isOurs;
    this.wasWritten = false;
  }

  /**
   * A file that the user named. It must not hold a run that may still be going.
   *
   * @param {string} file
   * @returns {Promise<SnapshotFile>}
   */
  static async named(file) {
    const snapshot = new SnapshotFile(file, false);
    try {
      await access(path.dirname(snapshot.path), constants.W_OK);
    } catch (error) {
      throw usageError(`--snapshot: ${file} can't be written: ${reasonOf(error)}`);
    }
    const held = await readFile(snapshot.path, "utf8").catch((error) => {
      if (Reflect.get(error, "code") === "ENOENT") {
        return "";
      }
      throw usageError(`--snapshot: ${file} can't be read: ${reasonOf(error)}`);
    });
    if (held.trim() !== "" && !isOver(held)) {
      throw usageError(
        `--snapshot: ${file} holds a run that may still be going`,
        `go on with \`pqrun resume ${file}\`, remove the file, or name another one`,
      );
    }
    return snapshot;
  }

  /**
   * A new file in the user's own state directory; `undefined` if there can be none.
   *
   * @param {NodeJS.ProcessEnv} env
   * @param {Date} now
   * @returns {Promise<SnapshotFile | undefined>}
   */
  static async kept(env, now) {
    const directory = stateDirectory(env);
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await access(directory, constants.W_OK);
    } catch {
      return undefined;
    }
    const stamp = now.toISOString().replace(/[-:]|\.\d+/gu, "");
    return new SnapshotFile(
      path.join(directory, `${stamp}-${process.pid}-${randomBytes(3).toString("hex")}.json`),
      true,
    );
  }

  /**
   * A file to resume from.
   *
   * @param {string} file
   * @param {NodeJS.ProcessEnv} env
   * @returns {Promise<{ file: SnapshotFile, snapshot: Snapshot }>}
   */
  static async read(file, env) {
    const absolute = path.resolve(file);
    let text;
    try {
      text = await readFile(absolute, "utf8");
    } catch (error) {
      throw usageError(
        `${file} can't be read: ${reasonOf(error)}`,
        "give the file that --snapshot named, or the one that pqrun printed",
      );
    }
    let snapshot;
    try {
      snapshot = JSON.parse(text);
    } catch {
      throw usageError(`${file}: expected a snapshot, found no JSON`);
    }
    const service = snapshot?.job?.service;
    if (service !== "databricks" && service !== "fabric") {
      throw usageError(`${file}: expected a snapshot, found other JSON`);
    }
    const stored = new SnapshotFile(absolute, path.dirname(absolute) === stateDirectory(env));
    stored.wasWritten = true;
    return { file: stored, snapshot };
  }

  /**
   * Replaces what the file holds. When the promise resolves it is on the disk.
   *
   * @param {Snapshot} snapshot
   * @returns {Promise<void>}
   */
  write(snapshot) {
    const text = `${JSON.stringify(snapshot, undefined, 2)}\n`;
    const next = this.#writing.then(() => replaceFile(this.path, text, 0o600));
    this.#writing = next.catch(() => {});
    this.wasWritten = true;
    return next;
  }

  /**
   * Brings the file up to date, if there is one yet.
   *
   * @param {Snapshot} snapshot
   */
  async update(snapshot) {
    if (this.wasWritten) {
      await this.write(snapshot);
    }
  }

  /**
   * There is nothing left to go on with: removes our own file, marks the user's.
   *
   * @param {Snapshot} snapshot
   */
  async close(snapshot) {
    if (this.isOurs) {
      await this.#writing;
      await rm(this.path, { force: true });
    } else if (this.wasWritten) {
      await this.write(/** @type {Snapshot} */ ({ ...snapshot, [OVER]: true }));
    }
  }
}

/** The member of a stored snapshot that says that there is nothing left to go on with. */
const OVER = "over";

/** @param {NodeJS.ProcessEnv} env */
function stateDirectory(env) {
  const { XDG_STATE_HOME: state, LOCALAPPDATA: local } = env;
  if (state !== undefined && path.isAbsolute(state)) {
    return path.join(state, "pqrun");
  }
  return process.platform === "win32" && local !== undefined
    ? path.join(local, "pqrun")
    : path.join(env.HOME || homedir(), ".local", "state", "pqrun");
}

/**
 * Whether a stored snapshot is of a run that is over, or of one that was never started.
 *
 * @param {string} text
 */
function isOver(text) {
  try {
    const { run, start, [OVER]: over } = JSON.parse(text);
    return over === true || (run === undefined && start !== undefined && start.sentAt === undefined);
  } catch {
    return false;
  }
}
