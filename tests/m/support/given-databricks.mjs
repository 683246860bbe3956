/** The Databricks members of the M library as documents. */

import { givenSection, libraryFile, libraryFolder, textOfM } from "./given.mjs";

export { options, textOfM, valueOfM } from "./given.mjs";

/** The service's address and the token in the query. */
export const HOST = "https://adb-1111222233334444.5.azuredatabricks.net";
export const TOKEN = "dapi-simulated";

const GIVEN = [
  "DbfsGetStatusPath", "DbfsReadLimit", "DbfsReadPath", "DownloadFilePath", "JobsListPath", "LifeCycleStates",
  "ListDirectoryContentsPath", "OtherFormats", "ResultStates", "RunNowPath", "RunsGetOutputPath", "RunsGetPath", "RunsListPath",
  "StatusStates", "TerminationCodes",
];

/** All documents that a query is made of, with what is given. */
export function databricksDocuments() {
  return [
    ...libraryFolder("shared"),
    ...libraryFolder("databricks"),
    libraryFile("query/http.pq"),
    givenSection("PqrunDatabricks", GIVEN, { BaseUrl: textOfM(HOST), Token: textOfM(TOKEN) }),
  ];
}
