// What only an extension has: credentials, resources, hashes.

import { createHash, createHmac } from "node:crypto";
import { MBinary, MRecord, errorRecord, raise } from "../value.mjs";
import { family } from "./signature.mjs";

/**
 * @import { Engine } from "../engine.mjs"
 * @import { Value } from "../value/slot.mjs"
 */

/** @param {Engine} engine */
export function extension(engine) {
  if (!engine.options.extension) return family({});
  const { resources } = engine.options;
  return family({
    // The engine hands the credential out anew each time; there is no other one to be had by force.
    "Extension.CurrentCredential(optional forceRefresh as nullable logical) as nullable record": () =>
      currentCredential(engine),
    "Extension.CurrentApplication() as nullable record": () => null,
    "Extension.CredentialError(credentialStatus as text, optional message as nullable text, optional detail as any) as record":
      (status, message, detail) => errorRecord(CREDENTIAL_REASONS[status] ?? status, message, detail),
    "Extension.Contents(file as text) as binary": (file) => contents(resources, file),
    "Extension.LoadString(key as text) as nullable text": (key) => {
      const text = resources[key];
      return typeof text === "string" ? text : null;
    },
    "Extension.HasPermission(permission as any) as logical": () => true,
    "Credential.AccessDenied": "AccessDenied",
    "Credential.AccessForbidden": "AccessForbidden",
    "Credential.EncryptionNotSupported": "EncryptionNotSupported",
    "Error.Unexpected(message as nullable text, optional detail as any) as record": (message, detail) =>
      errorRecord("Expression.Error", message, detail),

    "Crypto.CreateHash(algorithm as any, value as binary) as binary": (algorithm, value) =>
      MBinary.of(Uint8Array.from(createHash(nodeName(algorithm)).update(value.bytes).digest())),
    "Crypto.CreateHmac(algorithm as any, key as binary, value as binary) as binary": (algorithm, key, value) =>
      MBinary.of(Uint8Array.from(createHmac(nodeName(algorithm), key.bytes).update(value.bytes).digest())),
    ...Object.fromEntries(ALGORITHMS.map((name, at) => [`CryptoAlgorithm.${name}`, at + 1])),

    "Environment.FeatureSwitch(name as text, default as any) as any": (_name, otherwise) => otherwise,
    "Environment.Configuration(name as text, default as any) as any": (_name, otherwise) => otherwise,
  });
}

/** In the order of their numbers. */
const ALGORITHMS = ["MD5", "SHA1", "SHA256", "SHA384", "SHA512"];

/** @param {Value} algorithm */
function nodeName(algorithm) {
  const name = typeof algorithm === "string" ? algorithm.toUpperCase() : ALGORITHMS[Number(algorithm) - 1];
  if (!ALGORITHMS.includes(name)) raise("Expression.Error", "The algorithm is not known.", algorithm);
  return name.toLowerCase();
}

/** @type {Record<string, string>} */
const CREDENTIAL_REASONS = {
  AccessDenied: "Credential.AccessDenied",
  AccessForbidden: "Credential.AccessForbidden",
  EncryptionNotSupported: "Credential.EncryptionNotSupported",
};

/** @param {Engine} engine */
function currentCredential({ options: { credential } }) {
  return credential === null ? null : fromObject(credential);
}

/**
 * @param {any} value
 * @returns {Value}
 */
function fromObject(value) {
  if (value === null || typeof value !== "object") return value;
  return MRecord.of(Object.entries(value).map(([name, field]) => [name, fromObject(field)]));
}

/**
 * @param {Record<string, string | Uint8Array>} resources
 * @param {string} file
 */
function contents(resources, file) {
  const found = resources[file];
  if (found === undefined) raise("Expression.Error", `The extension has no file '${file}'.`, file);
  return MBinary.of(typeof found === "string" ? new TextEncoder().encode(found) : found);
}
