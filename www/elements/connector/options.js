/** From the form's texts to the options of the generator. What makes sense is the generator's to say: it names the option. */

import { serviceOf } from "./draft.js";
import { given, lines, number, present, readObject, readValue, trimmed } from "./values.js";

/**
 * @import { ConnectorOptions, QueryOptions } from "pqrun/connector"
 * @import { Draft, Form, Job, Parameter } from "./draft.js"
 */

/**
 * @typedef {object} Made
 * @property {QueryOptions | ConnectorOptions} options
 * @property {{ field: string, message: string }[]} problems What can't even be said as an option.
 * @property {Map<string, string>} places Where in the form an option comes from, if its path there is another one.
 */

/** The options that queries and connectors have in common, by what a field holds. */
const CHOICES = Object.freeze({
  lengths: ["freshness", "failureFreshness"],
  numbers: ["pollSeconds", "pollGrowth", "maxPollSeconds", "maxPolls", "maxMinutes"],
  texts: ["taskKey", "outputPath"],
  switches: ["inspect", "attachOnly"],
});

/** What functions of connectors are called by themselves. */
const LONGEST_NAME = 64;

/**
 * @param {Draft} draft
 * @param {Form} form
 * @returns {Made}
 */
export function optionsOf(draft, form) {
  const maker = new Maker(draft, form);
  return { options: maker.options(), problems: maker.problems, places: maker.places };
}

/**
 * The name that a function has if it is given none.
 *
 * @param {Draft} draft
 * @param {Job} job
 */
export function functionName(draft, job) {
  const id = serviceOf(draft, job) === "databricks" ? `Job${job.jobId}` : `Item${job.itemId.slice(0, 8)}`;
  return job.name || id.replace(/[^A-Za-z0-9]/gu, "").slice(0, LONGEST_NAME);
}

/**
 * Whether nothing has been put into a row: it is there to be filled in.
 *
 * @param {Parameter} parameter
 */
const isBlank = (parameter) =>
  [parameter.name, parameter.value, parameter.default, parameter.allowed, parameter.description].every(
    (text) => text === "",
  );

/**
 * Whether a job says which one it is, or anything else.
 *
 * @param {Draft} draft
 * @param {Job} job
 */
export function isGiven(draft, job) {
  const ids = serviceOf(draft, job) === "databricks" ? [job.jobId] : [job.workspaceId, job.itemId, job.jobType];
  return [...ids, job.name, job.more].some((text) => text.trim() !== "") || !job.parameters.every(isBlank);
}

/** One making of options. */
class Maker {
  /**
   * @param {Draft} draft
   * @param {Form} form
   */
  constructor(draft, form) {
    this.draft = draft;
    this.form = form;
    this.service = form === "query" && draft.service === "both" ? "databricks" : draft.service;
    /** @type {Made["problems"]} */
    this.problems = [];
    /** @type {Made["places"]} */
    this.places = new Map();
  }

  /**
   * What is told that something in a field makes no sense.
   *
   * @param {string} field
   */
  refusing(field) {
    return (/** @type {string} */ message) => void this.problems.push({ field, message });
  }

  /** @returns {QueryOptions | ConnectorOptions} */
  options() {
    const own = this.form === "query" ? this.query() : this.connector();
    return /** @type {any} */ (present({ service: this.service, ...own, ...this.choices() }));
  }

  query() {
    const { draft } = this;
    const isParameter = draft.hostFrom === "parameter";
    return {
      host: isParameter ? undefined : trimmed(draft.host),
      hostParameter: isParameter ? draft.hostParameter : undefined,
      tokenParameter: this.signIn() === "parameter" ? draft.tokenParameter : undefined,
      servicePrincipal: this.signIn() === "principal" ? this.principal() : undefined,
      ...this.work(),
    };
  }

  /** A query fetches a token of its own for Fabric only. */
  signIn() {
    const { signIn } = this.draft;
    return signIn === "principal" && this.service !== "fabric" ? "parameter" : signIn;
  }

  principal() {
    const { tenantFrom, tenant, clientFrom, client, secretParameter } = this.draft;
    const isTenantParameter = tenantFrom === "parameter";
    const isClientParameter = clientFrom === "parameter";
    this.places.set("servicePrincipal.tenantParameter", "tenant");
    this.places.set("servicePrincipal.clientIdParameter", "client");
    this.places.set("servicePrincipal.clientSecretParameter", "secretParameter");
    return present({
      tenantId: isTenantParameter ? undefined : trimmed(tenant),
      tenantParameter: isTenantParameter ? tenant : undefined,
      clientId: isClientParameter ? undefined : trimmed(client),
      clientIdParameter: isClientParameter ? client : undefined,
      clientSecretParameter: given(secretParameter),
    });
  }

  /** What a query runs. */
  work() {
    const { which, jobsQuery, jobs } = this.draft;
    if (which === "query") {
      return { jobsQuery };
    }
    if (which === "rows") {
      const rows = this.eachGiven((job, place) => present({ name: given(job.name), ...this.job(job, place) }));
      return { jobs: rows };
    }
    const [first] = jobs;
    this.places.set("job", "jobs.0");
    return {
      job: first !== undefined && isGiven(this.draft, { ...first, name: "" }) ? this.job(first, "jobs.0") : undefined,
    };
  }

  connector() {
    const { name, version, hosts } = this.draft;
    const functions = this.eachGiven((job, place, position) => this.jobFunction(job, place, position));
    return {
      name: given(name),
      version: trimmed(version),
      hosts: lines(hosts),
      jobs: functions.length === 0 ? undefined : functions,
    };
  }

  /**
   * The jobs that are given, and where they come from.
   *
   * @template T
   * @param {(job: Job, place: string, position: string) => T} make What makes one of it, told both places.
   */
  eachGiven(make) {
    const kept = [...this.draft.jobs.entries()].filter(([, job]) => isGiven(this.draft, job));
    return kept.map(([index, job], at) => {
      const [place, position] = [`jobs.${index}`, `jobs.${at}`];
      this.places.set(position, place);
      this.places.set(`${position}.job`, place);
      return make(job, place, position);
    });
  }

  /**
   * The members that say which job it is, and what is the same in each of its runs.
   *
   * @param {Job} job
   * @param {string} place
   */
  identity(job, place) {
    const more = readObject(job.more, this.refusing(`${place}.more`));
    const fields =
      serviceOf({ ...this.draft, service: this.service }, job) === "databricks"
        ? {
            jobId: trimmed(job.jobId),
            queue: job.queue === "" ? undefined : job.queue === "true",
            only: lines(job.only),
            performanceTarget: given(job.performanceTarget),
          }
        : { workspaceId: trimmed(job.workspaceId), itemId: trimmed(job.itemId), jobType: trimmed(job.jobType) };
    return { ...present(fields), ...more };
  }

  /**
   * A job of a query, with its parameters.
   *
   * @param {Job} job
   * @param {string} place
   */
  job(job, place) {
    const isDatabricks = this.service === "databricks";
    const member = isDatabricks ? job.sentAs : "parameters";
    /** @type {Record<string, unknown>} */
    const values = {};
    for (const [index, parameter] of job.parameters.entries()) {
      if (isBlank(parameter)) {
        continue;
      }
      const row = `${place}.parameters.${index}`;
      if (parameter.name === "") {
        this.refusing(`${row}.name`)("expected the parameter's name, found nothing");
      } else if (Object.hasOwn(values, parameter.name)) {
        this.refusing(`${row}.name`)("expected a name of its own, found one that is given twice");
      }
      const type = isDatabricks && parameter.type !== "parameter" ? "text" : parameter.type;
      // Not an assignment: a parameter may be called __proto__.
      Object.defineProperty(values, parameter.name, {
        value: readValue(parameter.value, type, this.refusing(`${row}.value`)),
        configurable: true,
        enumerable: true,
        writable: true,
      });
    }
    return present({ ...this.identity(job, place), [member]: Object.keys(values).length === 0 ? undefined : values });
  }

  /**
   * A function of a connector.
   *
   * @param {Job} job
   * @param {string} place
   * @param {string} position
   */
  jobFunction(job, place, position) {
    const isDatabricks = serviceOf(this.draft, job) === "databricks";
    const kept = [...job.parameters.entries()].filter(([, parameter]) => !isBlank(parameter));
    const parameters = kept.map(([index, parameter], at) => {
      const row = `${place}.parameters.${index}`;
      this.places.set(`${position}.parameters.${at}`, row);
      // In an extension there are no M parameters: what stood for one is an argument.
      const type = isDatabricks || parameter.type === "parameter" ? "text" : parameter.type;
      const read = (/** @type {string} */ text, /** @type {string} */ field) =>
        text === "" ? undefined : readValue(text, type, this.refusing(`${row}.${field}`));
      const allowed = lines(parameter.allowed)?.map((line) => read(line, "allowed"));
      this.places.set(`${position}.parameters.${at}.allowedValues`, `${row}.allowed`);
      return present({
        name: parameter.name,
        type,
        default: read(parameter.default, "default"),
        allowedValues: allowed,
        description: given(parameter.description),
      });
    });
    return present({
      name: functionName(this.draft, job),
      job: this.identity(job, place),
      description: given(job.description),
      parameters: parameters.length === 0 ? undefined : parameters,
      columns: job.columns.length === 0 ? undefined : job.columns.map(({ name, type }) => ({ name, type })),
    });
  }

  /** The rest, which says nothing about the one or the other service. */
  choices() {
    const { draft } = this;
    const has = { databricks: this.service !== "fabric", fabric: this.service !== "databricks" };
    const read = (/** @type {readonly string[]} */ names, /** @type {(value: any) => unknown} */ how) =>
      names.map((name) => [name, how(Reflect.get(draft, name))]);
    return Object.fromEntries([
      ...read(CHOICES.numbers, number),
      ...read(CHOICES.lengths, trimmed),
      ...read(CHOICES.texts, given),
      ...read(CHOICES.switches, (on) => on || undefined),
      ["followPath", (has.databricks && draft.followPath) || undefined],
      ["adoptAnyParameters", (has.fabric && draft.adoptAnyParameters) || undefined],
      ["marker", has.fabric ? given(draft.marker) : undefined],
      ["cancelDuplicates", (has.fabric && this.form === "connector" && draft.cancelDuplicates) || undefined],
    ]);
  }
}
