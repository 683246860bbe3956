/** Addresses of services as people write them, and what is compared of them. */

/**
 * The address with a scheme. Databricks' own tools take one without, too. Plain HTTP is for the loopback, where nobody
 * has certificates.
 *
 * @param {string} host
 * @returns {string}
 */
export function withScheme(host) {
  if (host.includes("://")) {
    return host;
  }
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?(?:[/?]|$)/u.test(host) ? `http://${host}` : `https://${host}`;
}

/**
 * Scheme, host and port, without what profiles carry behind them, such as `?o=` and the workspace's id.
 *
 * @param {string} host
 * @returns {string}
 */
export function originOf(host) {
  const full = withScheme(host);
  return URL.canParse(full) ? new URL(full).origin : full;
}

/**
 * @param {string} one
 * @param {string} other
 */
export function isSameOrigin(one, other) {
  return originOf(one) === originOf(other);
}
