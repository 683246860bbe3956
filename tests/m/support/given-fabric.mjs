/** The Fabric members of the M library as documents. */

import { givenSection, libraryFile, libraryFolder, textOfM } from "./given.mjs";

export { options } from "./given.mjs";

/** @typedef {"query" | "connector"} Form */

/** @typedef {Record<string, string>} Changes In M. */

export const HOST = "https://api.fabric.microsoft.com";
export const TOKEN = "fabric-simulated";

const GIVEN = [
  "ActivityStatuses", "CancelInstancePath", "FailureCodes", "GetInstancePath", "GetNotebookInstancePath", "InstanceStatuses",
  "JobTypeGroups", "ListInstancesPath", "ListItemsPath", "ListWorkspacesPath", "PhantomFailures", "QueryActivityRunsPath",
  "RunItemJobByQueryPath", "RunItemJobPath", "RunNotebookPath", "RunSparkJobPath",
];

/**
 * All documents that a form is made of, with what is given.
 *
 * @param {Form} form
 * @param {Record<string, string>} [changes] In M.
 */
export function fabricDocuments(form, changes = {}) {
  const own = form === "query" ? ["http", "fabric", "entra"] : ["http", "fabric_race"];
  /** @type {Record<string, string>} */
  const token = form === "query" ? { Token: textOfM(TOKEN) } : {};
  return [
    ...libraryFolder("shared"),
    ...libraryFolder("fabric"),
    ...own.map((name) => libraryFile(`${form}/${name}.pq`)),
    givenSection("PqrunFabric", GIVEN, { BaseUrl: textOfM(HOST), ...token, ...changes }),
  ];
}
