// One evaluation: its documents, its library, its host, and what it did.

import { compile, unknownName } from "./interpret.mjs";
import { record } from "./interpret-data.mjs";
import { library } from "./library/index.mjs";
import { decodeIdentifier } from "./literal.mjs";
import { syntaxError } from "./parse.mjs";
import { Globals, NO_NAMES } from "./scope.mjs";
import { MRecord, Thunk, plain, raise } from "./value.mjs";

/**
 * @import { Host } from "./host.mjs"
 * @import { Code } from "./interpret.mjs"
 * @import { Node } from "./parse.mjs"
 * @import { Lookup } from "./scope.mjs"
 * @import { ResponseCache } from "./web/cache.mjs"
 * @import { Slot, Value } from "./value/slot.mjs"
 */

/**
 * How `Web.Contents` remembers answers:
 *
 * - `shared`: a value remembers its answer, and so does the cache for requests with the same key.
 * - `pessimistic`: each read of the body and each read of metadata is a request, unless the cache may answer.
 * - `nocache`: as `pessimistic`, but there is no cache.
 * - `stale`: as `shared`, with a cache that an earlier evaluation has filled.
 *
 * @typedef {"shared" | "pessimistic" | "nocache" | "stale"} Mode
 */

/**
 * A request that was sent.
 *
 * @typedef {object} LoggedRequest
 * @property {string} method
 * @property {string} url Without credentials in the query.
 * @property {string} path Path without query.
 * @property {string} relativePath As `RelativePath` gave it; empty if it did not.
 * @property {[string, string][]} query
 * @property {Record<string, string>} headers Secrets are replaced by `***`.
 * @property {string} body As text; empty if there is none.
 * @property {number | null} status Null if no answer came.
 * @property {number} at The host's time when it was sent.
 * @property {number} attempt 1, or more where the engine itself retried.
 */

/**
 * @typedef {object} EngineOptions
 * @property {Host} host
 * @property {Mode} mode
 * @property {ResponseCache} cache
 * @property {Record<string, any> | null} credential What `Extension.CurrentCredential` gives.
 * @property {boolean} extension Whether the documents are an extension: more functions and options then exist.
 * @property {Record<string, string | Uint8Array>} resources For `Extension.LoadString` (text) and `Extension.Contents`.
 * @property {(name: string) => Value | undefined} parameters Values of names that nothing else defines: the parameters
 *   of a report.
 * @property {boolean} linked Whether sections see only the shared members of each other, as in M; else all members.
 */

/** @typedef {{ name: string, shared: boolean, attributes: MRecord, slot: Thunk }} Member */

/** @typedef {{ name: string, attributes: MRecord, members: Map<string, Member> }} Section */

const EMPTY = new MRecord(new Map());

/** @type {WeakMap<Node, { code: Code, names: Globals["names"] }>} */
const compiled = new WeakMap();

/**
 * The code of an expression, and the globals that it uses. Several evaluations of one tree share it.
 *
 * @param {Node} node
 */
function compiledOnce(node) {
  let found = compiled.get(node);
  if (found === undefined) {
    const globals = new Globals();
    found = { code: compile(node, globals), names: globals.names };
    compiled.set(node, found);
  }
  return found;
}

export class Engine {
  /** @param {EngineOptions} options */
  constructor(options) {
    this.options = options;
    this.host = options.host;
    /** @type {LoggedRequest[]} */
    this.requests = [];
    /** What `Diagnostics.Trace` was given. @type {{ level: number, message: Value, value: Slot }[]} */
    this.traces = [];
    /** @type {Map<string, Section>} */
    this.sections = new Map();
    /** @type {Map<string, Slot>} */
    this.library = new Map();
    for (const [name, make] of library(this)) this.library.set(name, new Thunk(make));
  }

  /**
   * Adds a section document.
   *
   * @param {Node} node A `Section`.
   */
  addSection(node) {
    const name = node.name === undefined ? "" : decodeIdentifier(node.name.literal);
    if (this.sections.has(name)) throw syntaxError(`The section '${name}' is defined more than once.`);
    /** @type {Section} */
    const section = { name, attributes: attributesOf(node), members: new Map() };
    for (const one of node.sectionMembers.elements) {
      const { key, value } = one.namePairedExpression;
      const member = decodeIdentifier(key.literal);
      if (section.members.has(member)) throw syntaxError(`The name '${member}' is defined more than once.`);
      section.members.set(member, {
        name: member,
        shared: one.sharedConstant !== undefined,
        attributes: attributesOf(one),
        slot: new Thunk(() => this.run(value, this.lookup(section, member))),
      });
    }
    this.sections.set(name, section);
  }

  /**
   * Evaluates an expression that sees all members of the sections.
   *
   * @param {Node} node
   * @returns {Value}
   */
  evaluate(node) {
    const only = this.sections.size === 1 ? [...this.sections.values()][0] : null;
    return this.run(node, this.lookup(only, null));
  }

  /**
   * Compiles and evaluates. Names that stand for nothing are an error before anything is evaluated.
   *
   * @param {Node} node
   * @param {Lookup} lookup
   * @returns {Value}
   */
  run(node, lookup) {
    const { code, names } = compiledOnce(node);
    const globals = names.map(({ name, inclusive }) => {
      const global = lookup(name, inclusive);
      if (global === undefined) throw unknownName(name);
      return new Thunk(global);
    });
    return code(globals);
  }

  /**
   * @param {Section | null} section The one whose member or user the expression is.
   * @param {string | null} hidden The member that is being defined.
   * @returns {Lookup}
   */
  lookup(section, hidden) {
    return (name, inclusive) => {
      if (name === "#shared") return () => this.shared;
      if (name === "#sections") return () => this.sectionsRecord;
      const own = inclusive || name !== hidden ? section?.members.get(name) : undefined;
      if (own !== undefined) return () => own.slot;
      const foreign = this.foreignMembers(name, section);
      if (foreign.length === 1) return () => foreign[0].slot;
      if (foreign.length > 1) {
        return () => raise("Expression.Error", `The name '${name}' is defined by more than one section.`);
      }
      const found = this.library.get(name) ?? this.options.parameters(name);
      return found === undefined ? undefined : () => found;
    };
  }

  /**
   * @param {string} name
   * @param {Section | null} section
   * @returns {Member[]}
   */
  foreignMembers(name, section) {
    const found = [];
    for (const other of this.sections.values()) {
      const member = other === section ? undefined : other.members.get(name);
      if (member !== undefined && (member.shared || !this.options.linked)) found.push(member);
    }
    return found;
  }

  /** The shared members of all sections, in order. */
  get sharedMembers() {
    return [...this.sections.values()].flatMap(({ members }) => [...members.values()].filter(({ shared }) => shared));
  }

  /** `#shared`. */
  get shared() {
    const all = new Map(this.library);
    for (const { name, slot } of this.sharedMembers) all.set(name, slot);
    return new MRecord(all);
  }

  /** `#sections`. */
  get sectionsRecord() {
    return MRecord.of(
      [...this.sections.values()].map(({ name, members }) => [
        name,
        MRecord.of([...members.values()].map((member) => [member.name, member.slot])),
      ]),
    );
  }

  /** The host's time, in milliseconds since the Unix epoch. */
  now() {
    return this.host.now();
  }
}

/**
 * The attributes of a section or of a member.
 *
 * @param {Node} node
 * @returns {MRecord}
 */
function attributesOf(node) {
  if (node.literalAttributes === undefined) return EMPTY;
  const attributes = record(node.literalAttributes, NO_NAMES)([]);
  for (const slot of attributes.slots()) plain(slot);
  return attributes;
}
