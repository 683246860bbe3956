/** Opening an address in the browser that the person uses. */

import { spawn } from "node:child_process";
import process from "node:process";

/**
 * The platform's own program for it. No shell is in between, so nothing in an address could be read as a command.
 *
 * @param {NodeJS.Platform} platform
 * @param {string} url
 * @returns {[program: string, ...args: string[]]}
 */
export function openerOf(platform, url) {
  switch (platform) {
    case "darwin":
      return ["open", url];
    case "win32":
      return ["rundll32", "url.dll,FileProtocolHandler", url];
    default:
      return ["xdg-open", url];
  }
}

/**
 * Opens it. Other users of the machine may see the address among the arguments of the program and of the browser.
 *
 * @param {string} url
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<boolean>} Whether the program could be started.
 */
export function openBrowser(url, env) {
  const [program, ...args] = openerOf(process.platform, url);
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "ignore", detached: true, env });
    child.once("error", () => resolve(false));
    child.once("spawn", () => {
      // It may live as long as the browser does.
      child.unref();
      resolve(true);
    });
  });
}
