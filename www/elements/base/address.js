/**
 * Whether a link to it may be clicked: what a service says is not to be trusted with more.
 *
 * @param {string | undefined} url
 */
export const isWebAddress = (url) => url !== undefined && /^https?:\/\//iu.test(url);
