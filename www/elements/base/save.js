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
  // The download has begun by the next task; until then the address must hold.
  setTimeout(() => URL.revokeObjectURL(url));
}
