// Signing in, in Node: the wasm file is read and compiled when this module is imported.
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { registerModule } from "./logger.js";
import { networkFetch } from "./node/network.js";
import { initSync, setDefaultFetch, setFileReader, setModuleLogger } from "./wasm/auth.js";

initSync({ module: readFileSync(new URL("./wasm/auth_bg.wasm", import.meta.url)) });
registerModule(setModuleLogger);
setDefaultFetch(networkFetch);
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
