// Microsoft's own tools: whether a document can be read, is as their formatter writes it, and knows all its names.

import formatter from "@microsoft/powerquery-formatter";
import services from "@microsoft/powerquery-language-services";
import parser from "@microsoft/powerquery-parser";

import { library } from "./library/index.mjs";
import { MFunction } from "./value.mjs";

/** Reported for correct code; Visual Studio Code has this check switched off as well. */
const FALSE_ALARM = "Error.InvokeArgumentTypeMismatch";

/** The kinds of completion that the language services tell functions and constants apart by. */
const FUNCTION = 3;
const CONSTANT = 21;

/**
 * @param {string} text
 * @param {string[]} [known] Names of the user's queries and parameters.
 * @returns {Promise<string[]>} One sentence for each finding.
 */
export async function examine(text, known = []) {
  const task = await parser.TaskUtils.tryLexParse(parser.DefaultSettings, text);
  if (!parser.TaskUtils.isParseStageOk(task)) {
    const { error } = /** @type {{ error?: { message: string } }} */ (task);
    return [`it cannot be read: ${error?.message}`];
  }
  return [...(await formatted(text)), ...(await validated(text, known))];
}

/** @param {string} text */
async function formatted(text) {
  const settings = { ...parser.DefaultSettings, ...formatter.DefaultSettings, newlineLiteral: "\n" };
  // The package's own copy of the parser's types differs from ours in nothing but its place.
  const result = await formatter.tryFormat(/** @type {any} */ (settings), text);
  if (!parser.ResultUtils.isOk(result)) return [`the formatter refuses it: ${result.error.message}`];
  const [ours, theirs] = [text, result.value].map((one) => one.trimEnd().split(/\r?\n/));
  const at = theirs.findIndex((line, number) => line !== ours[number]);
  if (at < 0 && ours.length === theirs.length) return [];
  const where = at < 0 ? theirs.length : at;
  return [`line ${where + 1}: the formatter writes ${theirs[where]}, not ${ours[where]}`];
}

/**
 * @param {string} text
 * @param {string[]} known
 */
async function validated(text, known) {
  const definitions = new Map(symbols());
  for (const name of known) definitions.set(name, definition(constant(name)));
  const libraryDefinitions = { staticLibraryDefinitions: definitions, dynamicLibraryDefinitions: () => new Map() };
  const settings = services.InspectionUtils.inspectionSettings(parser.DefaultSettings, {
    library: {
      externalTypeResolver: services.LibraryDefinitionUtils.externalTypeResolver(libraryDefinitions),
      libraryDefinitions,
    },
    isWorkspaceCacheAllowed: false,
    typeStrategy: services.TypeStrategy.Primitive,
  });
  const validation = services.ValidationSettingsUtils.createValidationSettings(settings, { source: "pqrun" });
  const result = await services.validate(
    services.textDocument("file:///document.pq", 1, text),
    {
      inspectionSettings: settings,
      isWorkspaceCacheAllowed: false,
      traceManager: parser.Trace.NoOpTraceManagerInstance,
      initialCorrelationId: undefined,
    },
    validation,
  );
  if (!parser.ResultUtils.isOk(result) || result.value === undefined) return ["the validator gives no answer"];
  return result.value.diagnostics
    .filter(({ code }) => code !== FALSE_ALARM)
    .map(({ code, message, range }) => `line ${range.start.line + 1}: ${code}: ${message}`);
}

/** @type {ReadonlyMap<string, any> | undefined} */
let made;

/** The evaluator's own functions, as the language services want to be told about them. */
function symbols() {
  if (made === undefined) {
    // The check of names in `checks.mjs` knows what queries must not use.
    const engine = /** @type {any} */ ({ host: {}, options: { extension: true, resources: {} } });
    const all = [...library(engine)].map(([name, make]) => symbolOf(name, make()));
    made = new Map(all.map((symbol) => [symbol.name, definition(symbol)]));
  }
  return made;
}

/** @param {any} symbol */
function definition(symbol) {
  const result = services.LibrarySymbolUtils.createLibraryDefinition(symbol);
  if (!parser.ResultUtils.isOk(result)) throw new TypeError(`${symbol.name}: the language services refuse it`);
  return result.value;
}

/**
 * @param {string} name
 * @param {any} value
 */
function symbolOf(name, value) {
  if (!(value instanceof MFunction)) return constant(name);
  return {
    ...constant(name),
    completionItemKind: FUNCTION,
    functionParameters: value.parameters.map((parameter) => ({
      name: parameter.name,
      type: "any",
      isRequired: !parameter.optional,
      isNullable: true,
    })),
  };
}

/** @param {string} name */
function constant(name) {
  return { name, documentation: null, functionParameters: null, completionItemKind: CONSTANT, isDataSource: false, type: "any" };
}
