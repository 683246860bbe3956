/**
 * Puts a text into the clipboard.
 *
 * @param {string} text
 * @param {ParentNode & Node} place Where a field may stand for a moment, in a shadow root with the styles of `BASE`. While a
 *   modal dialog is open that is within it: nothing else can be selected.
 * @returns {Promise<boolean>} Whether the browser let it.
 */
export async function copy(text, place) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No secure context, or no permission: the older way may still be open.
    return copySelected(text, place);
  }
}

/**
 * @param {string} text
 * @param {ParentNode & Node} place
 */
function copySelected(text, place) {
  const focused = /** @type {Document | ShadowRoot} */ (place.getRootNode()).activeElement;
  const area = document.createElement("textarea");
  area.className = "unseen";
  area.value = text;
  place.append(area);
  area.select();
  let isCopied = false;
  try {
    isCopied = document.execCommand("copy");
  } catch {
    // As if it had said no.
  }
  area.remove();
  if (focused instanceof HTMLElement) {
    focused.focus();
  }
  return isCopied;
}
