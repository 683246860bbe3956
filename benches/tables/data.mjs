/**
 * The data that readers of tables are measured on: made up, and the same on every machine.
 *
 * Each shape is JSON text as a job's notebook or a service's answer has it: an array of objects, without blanks. The
 * numbers in it decide nothing else but how long reading takes, so they cover what costs: digits, escapes, characters
 * beyond ASCII, keys that are missing or in another order.
 */

/** What can be made. */
export const SHAPES = /** @type {const} */ ([
  /** Eight columns of all kinds; the keys are always in the same order. */
  "mixed",
  /** Integers and fractions of 1 to 17 digits. */
  "numbers",
  /** Long texts with escapes and characters beyond ASCII. */
  "text",
  /** 121 columns, two values of three null; of each row one of four blocks of columns is missing. */
  "wide",
  /** The rows of `mixed`, the keys of each in an order of its own. */
  "unstable-keys",
  /** The rows of `mixed`, the keys in one of six orders: engines that are lost with thousands are good at this. */
  "few-key-orders",
  /** The values of `wide`, but nothing null is written, as Spark's `toJSON` does it: few rows have the same keys. */
  "sparse",
  /** The rows of `mixed` in Python's spelling: a blank after each comma and colon, nothing but ASCII. */
  "python",
  /** The rows of `mixed` in a text in what get-output answers. */
  "envelope",
]);

/** @typedef {typeof SHAPES[number]} Shape */

/** Where the rows are in each shape; `undefined` where the whole text is the rows. */
export const PATHS = /** @type {Partial<Record<Shape, string>>} */ ({ envelope: "$.notebook_output.result" });

/**
 * Makes a text of about that many bytes: never less, and more by one row at most. The envelope is as long as its rows
 * and what escaping adds.
 *
 * @param {Shape} shape
 * @param {number} bytes
 * @returns {Uint8Array} UTF-8.
 */
export function make(shape, bytes) {
  const encoder = new TextEncoder();
  if (shape === "envelope") {
    return encoder.encode(envelope(new TextDecoder().decode(make("mixed", bytes))));
  }
  const random = generator(0x5eed);
  const row = ROWS[shape];
  /** @type {Uint8Array[]} */
  const parts = [];
  let [length, rows, pending] = [2, 0, ""];
  while (length < bytes) {
    pending += `${rows === 0 ? "[" : ",\n"}${row(rows, random)}`;
    rows += 1;
    // In pieces: one string for 50 MB is a rope of half a million others.
    if (pending.length > 4096 || length + pending.length * 1.01 > bytes) {
      parts.push(encoder.encode(pending));
      length += parts.at(-1)?.length ?? 0;
      pending = "";
    }
  }
  parts.push(encoder.encode(`${pending}]`));
  // Pages make data, too, and have no `Buffer`.
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * What `GET /api/2.1/jobs/runs/get-output` answers for a notebook that gave `result`.
 *
 * @param {string} result
 */
export function envelope(result) {
  return JSON.stringify({
    metadata: {
      job_id: 880012345678901,
      run_id: 440098765432101,
      creator_user_name: "jobs@example.com",
      number_in_job: 17,
      state: { life_cycle_state: "TERMINATED", result_state: "SUCCESS", state_message: "" },
      task: { notebook_task: { notebook_path: "/Shared/orders_daily", source: "WORKSPACE" } },
      cluster_instance: { cluster_id: "1121-061722-k3xq8p1z", spark_context_id: "5577006791947779410" },
      start_time: 1795241842119,
      setup_duration: 4000,
      execution_duration: 61000,
      cleanup_duration: 0,
      end_time: 1795241907119,
      run_name: "orders_daily",
      run_page_url: "https://adb-1111222233334444.5.azuredatabricks.net/#job/880012345678901/run/440098765432101",
      run_type: "JOB_RUN",
      attempt_number: 0,
      format: "MULTI_TASK",
    },
    notebook_output: { result, truncated: false },
  });
}

/** Marsaglia's xorshift32: enough for made-up data, and the same everywhere. */
function generator(/** @type {number} */ seed) {
  let state = seed;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  return {
    /** An integer from 0 to `end`, without `end`. */
    below: (/** @type {number} */ end) => next() % end,
    /** A double from 0 to 1, with all its 53 bits. */
    fraction: () => (next() * 0x20_0000 + (next() >>> 11)) / 2 ** 53,
    /** @template T @param {readonly T[]} items @returns {T} */
    pick: (items) => items[next() % items.length],
  };
}

/** @typedef {ReturnType<typeof generator>} Random */

const CITIES = ["Zürich", "Köln", "São Paulo", "Malmö", "Genève", "Berlin", "Lyon", "Porto", "Graz", "Århus", "Leeds"];
const NAMES = ["Ada Palmer", "Jonas Ek", "Mira Sand", "Iris Novak", "Tom Reed", "Lea Brandt", "Omar Diaz", "Nina Voss"];
const NOTES = ["paid late", "call back", "see ticket 4711", "VIP", "returned", "new address", "ok", ""];
const WORDS =
  "the order was shipped on time but nobody signed for it and so it went back to the depot where it lay for a week".split(
    " ",
  );
const FOREIGN = ["Übergrößenzuschlag", "déjà vu", "наличные", "発送済み", "παράδοση", "çalışma günü", "🚚", "👍🏽", "€ 12,50"];
const ESCAPED = ['"express"', "C:\\temp\\in", "line one\nline two", "a\tb", "\u0007", "</p>", "\r\n", "\u2028"];

/** @param {number} at @param {Random} random @returns {[string, unknown][]} */
function mixed(at, random) {
  const ms = 1_700_000_000_000 + at * 61_000 + random.below(60_000);
  return [
    ["order_id", 100_000 + at],
    ["customer", random.pick(NAMES)],
    ["city", random.pick(CITIES)],
    ["shipped", random.below(4) > 0],
    ["amount", Math.round(random.fraction() * 100_000) / 100],
    ["weight_kg", random.below(5) === 0 ? null : random.fraction() * 40],
    ["created", new Date(ms).toISOString()],
    ["note", random.below(2) === 0 ? null : random.pick(NOTES)],
  ];
}

/** An integer of that many digits, of either sign. */
function integer(/** @type {number} */ digits, /** @type {Random} */ random) {
  let text = random.below(3) === 0 ? "-" : "";
  text += 1 + random.below(9);
  for (let digit = 1; digit < digits; digit += 1) {
    text += random.below(10);
  }
  return text;
}

/** A number with a fraction, of that many digits in all. */
function decimal(/** @type {number} */ digits, /** @type {Random} */ random) {
  const text = integer(digits, random);
  const point = text.length - 1 - random.below(digits - 1);
  return `${text.slice(0, point)}.${text.slice(point)}`;
}

/** @type {Record<Exclude<Shape, "envelope">, (at: number, random: Random) => string>} */
const ROWS = {
  mixed: (at, random) => object(mixed(at, random)),

  "unstable-keys": (at, random) => object(shuffled(mixed(at, random), random)),

  "few-key-orders": (at, random) => object(shuffled(mixed(at, random), generator(1 + random.below(6)))),

  python: (at, random) =>
    `{${mixed(at, random)
      .map(([name, value]) => `"${name}": ${ascii(JSON.stringify(value))}`)
      .join(", ")}}`,

  // As they are written, not as JavaScript would: it would drop digits of the longest.
  numbers: (at, random) =>
    `{"n":${at},"small":${integer(1 + random.below(3), random)},"count":${integer(1 + random.below(9), random)},` +
    `"big":${integer(10 + random.below(8), random)},"cents":${decimal(3 + random.below(5), random)},` +
    `"ratio":${random.fraction()},"long":${decimal(2 + random.below(16), random)},` +
    `"tiny":${random.fraction() / 10 ** random.below(12)},"exact":${integer(1, random)}e${random.below(12)},` +
    `"x":${decimal(17, random)}}`,

  text: (at, random) => {
    const text = (/** @type {number} */ words) => {
      const parts = [];
      for (let word = 0; word < words; word += 1) {
        const kind = random.below(24);
        parts.push(random.pick(kind === 0 ? ESCAPED : kind < 3 ? FOREIGN : WORDS));
      }
      return parts.join(" ");
    };
    const body = JSON.stringify(text(100 + random.below(200)));
    // Half the writers there are keep to ASCII.
    return `{"id":${at},"title":${JSON.stringify(text(6))},"body":${at % 2 ? body : ascii(body)},"reply":${JSON.stringify(text(40))}}`;
  },

  wide: (at, random) => {
    const missing = random.below(4);
    return object(wide(at, random).filter((_, place) => place === 0 || place % 4 !== missing));
  },

  sparse: (at, random) => object(wide(at, random).filter(([, value]) => value !== null)),
};

/** @param {number} at @param {Random} random @returns {[string, unknown][]} */
function wide(at, random) {
  const members = /** @type {[string, unknown][]} */ ([["row", at]]);
  for (let column = 0; column < 120; column += 1) {
    members.push([`metric_${column}`, random.below(3) > 0 ? null : WIDE[(column >> 2) % WIDE.length](random)]);
  }
  return members;
}

/** What stands in the columns of `wide`, one after the other. */
const WIDE = [
  (/** @type {Random} */ random) => random.below(1000),
  (/** @type {Random} */ random) => Math.round(random.fraction() * 10_000) / 100,
  (/** @type {Random} */ random) => random.pick(CITIES),
  (/** @type {Random} */ random) => random.below(2) === 0,
];

/** Whatever is beyond ASCII, as the one or two escapes that it needs. */
function ascii(/** @type {string} */ json) {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** @template T @param {T[]} items @param {Random} random */
function shuffled(items, random) {
  for (let end = items.length; end > 1; end -= 1) {
    const other = random.below(end);
    [items[end - 1], items[other]] = [items[other], items[end - 1]];
  }
  return items;
}

/** Writes an object member by member: JavaScript would sort keys that look like numbers. */
function object(/** @type {[string, unknown][]} */ members) {
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",")}}`;
}
