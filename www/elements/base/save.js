/** How long an address holds, in milliseconds. */
const HOLD = 60_000;

/**
 * Hands a file to the person.
 *
 * @param {string} name
 * @param {BlobPart} content
 * @param {string} type The media type.
 */
export function save(name, content, type) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // Nothing says when the browser has begun to read; one that comes too late would save nothing, without a word.
  setTimeout(() => URL.revokeObjectURL(url), HOLD);
}
