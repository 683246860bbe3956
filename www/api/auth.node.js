// Signing in, in Node: the wasm file is read and compiled when this module is imported.
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { initSync, setFileReader } from "./wasm/auth.js";

initSync({ module: readFileSync(new URL("./wasm/auth_bg.wasm", import.meta.url)) });
setFileReader((path) => readFile(path, "utf8"));

export {
  Credential,
  databricksFederation,
  databricksOAuth,
  databricksToken,
  entraClientSecret,
  entraFederation,
} from "./wasm/auth.js";
export { azureCli, defaultCredential } from "./node/auth/index.js";
