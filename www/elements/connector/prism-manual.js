// Loaded before Prism, which looks for itself on the page: told to be `manual`, it highlights nothing there by itself.

/** What the page itself calls Prism. @type {PropertyDescriptor | undefined} */
export const ofPage = Object.getOwnPropertyDescriptor(globalThis, "Prism");

Object.defineProperty(globalThis, "Prism", { value: { manual: true }, configurable: true, writable: true });
