// The part of fflate's types that is used.

/** How an entry is written. */
export interface EntryOptions {
  /** From 0, stored, to 9, smallest. */
  level: 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
  /** The entry's time; its local parts are stored. */
  mtime: Date;
  /** The system that `attrs` are of: 3 is Unix. */
  os: number;
  /** The file's attributes there. */
  attrs: number;
}

/** A zip file of these entries, in their order. */
export function zipSync(entries: Record<string, [Uint8Array, EntryOptions]>): Uint8Array<ArrayBuffer>;
