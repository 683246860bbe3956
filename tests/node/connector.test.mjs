/** The generator of Power Query as an importing program has it, and the command in front of it. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import yauzl from "yauzl";

import { generateConnector, generateQuery, packConnector } from "pqrun/connector";

const JOB = Object.freeze({ jobId: "880012345678901", jobParameters: { day: "2026-03-01" } });
const ICONS = [16, 20, 24, 32, 40, 48, 64, 80];

/** @param {RegExp} message */
const refused = (message) => (/** @type {unknown} */ error) => {
  assert.ok(error instanceof Error && error.name === "PqrunError", String(error));
  assert.equal(Reflect.get(error, "code"), "invalidOptions", error.message);
  assert.ok(Reflect.get(error, "hint"));
  assert.match(error.message, message);
  return true;
};

/** @param {import("pqrun/connector").GeneratedFile[]} files */
const texts = (files) => new Map(files.map(({ path, content }) => [path, Buffer.from(content).toString("utf8")]));

/**
 * What another reader than ours finds in a zip file.
 *
 * @param {Uint8Array} archive
 * @returns {Promise<Map<string, { content: Buffer, method: number, time: Date }>>}
 */
async function entries(archive) {
  const zip = await promisify(yauzl.fromBuffer)(Buffer.from(archive), { lazyEntries: true, validateEntrySizes: true });
  const found = new Map();
  return new Promise((resolve, reject) => {
    zip.on("error", reject);
    zip.on("end", () => resolve(found));
    zip.on("entry", (entry) => {
      zip.openReadStream(entry, async (error, stream) => {
        if (error) {
          reject(error);
          return;
        }
        const chunks = [];
        for await (const chunk of stream) {
          chunks.push(chunk);
        }
        const content = Buffer.concat(chunks);
        found.set(entry.fileName, { content, method: entry.compressionMethod, time: entry.getLastModDate() });
        zip.readEntry();
      });
    });
    zip.readEntry();
  });
}

test("a query has the job, the host and the four functions in it", () => {
  const query = generateQuery({ service: "databricks", host: "https://adb-1.2.azuredatabricks.net", job: JOB });
  for (const part of [
    "TriggerDatabricksJob =",
    "CheckJobStatus =",
    "FetchOutput =",
    "PollJobStatus =",
    '"https://adb-1.2.azuredatabricks.net"',
    '"880012345678901"',
    '"2026-03-01"',
    "RelativePath",
  ]) {
    assert.ok(query.includes(part), part);
  }
});

test("ids come as texts, bigints and safe numbers, and as nothing else", () => {
  const id = 880_012_345_678_901;
  const [text, ...others] = [String(id), BigInt(id), id].map((jobId) => generateQuery({ service: "databricks", job: { jobId } }));
  assert.deepEqual(others, [text, text]);
  const large = generateQuery({ service: "databricks", jobs: [{ jobId: 9223372036854775807n }] });
  assert.ok(large.includes('"9223372036854775807"'));
  assert.throws(() => generateQuery({ service: "databricks", job: { jobId: 2 ** 53 } }), refused(/lost digits/u));
});

test("half a surrogate pair is refused wherever it stands", () => {
  const half = "a\ud83d";
  /** @type {any[]} */
  const options = [
    { service: "databricks", job: { ...JOB, jobParameters: { day: half } } },
    { service: "databricks", job: { ...JOB, jobParameters: { [half]: "day" } } },
    { service: "databricks", taskKey: half },
    { service: "databricks", hostParameter: "\udc00" },
    { service: "databricks", [half]: 1 },
  ];
  for (const each of options) {
    assert.throws(() => generateQuery(each), refused(/surrogate/u));
  }
  assert.throws(() => generateConnector({ service: "both", jobs: [{ name: half, job: {} }] }), refused(/jobs\.0\.name: .*surrogate/u));
  // A whole pair, and the character that halves would have become, are characters like others.
  generateQuery({ service: "databricks", taskKey: "a\u{1f600}\ufffd" });
});

test("a wrong option is named", () => {
  /** @type {[any, RegExp][]} */
  const wrong = [
    [{}, /service/u],
    [{ service: "azure" }, /service/u],
    [{ service: "databricks", pollseconds: 5 }, /pollseconds/u],
    [{ service: "databricks", pollSeconds: "5" }, /pollSeconds/u],
    [{ service: "databricks", marker: "m" }, /marker/u],
    [{ service: "databricks", job: { jobName: "x" } }, /jobName/u],
    [undefined, /options/u],
    ["databricks", /options/u],
    [() => 1, /./u],
  ];
  for (const [options, message] of wrong) {
    assert.throws(() => generateQuery(options), refused(message), JSON.stringify(options));
  }
  for (const name of ["", "1st", "A B", "A.B", 'A"', "Ä", "a".repeat(65), "../x", "CON"]) {
    assert.throws(() => generateConnector({ service: "fabric", name }), refused(/name/u), name);
  }
});

test("null and undefined count as absent", () => {
  const bare = generateQuery({ service: "fabric" });
  /** @type {any} */
  const options = { service: "fabric", host: null, job: undefined, pollGrowth: null, taskKey: undefined };
  assert.equal(generateQuery(options), bare);
});

for (const service of /** @type {const} */ (["databricks", "fabric", "both"])) {
  test(`${service}: a connector is a whole project`, () => {
    const files = generateConnector({ service, name: "Orders" });
    const paths = files.map(({ path }) => path).sort();
    const expected = ["Orders.pq", "Orders.query.pq", "Orders.proj", "resources.resx", ".vscode/settings.json"];
    assert.deepEqual(paths, [...expected, ...ICONS.map((size) => `Orders${size}.png`)].sort());
    const text = texts(files);
    assert.match(text.get("Orders.pq") ?? "", /^section Orders;/mu);
    JSON.parse(text.get(".vscode/settings.json") ?? "");
    // What the document asks for is there.
    const document = text.get("Orders.pq") ?? "";
    for (const [, name] of document.matchAll(/Extension\.Contents\("([^"]+)"\)/gu)) {
      assert.ok(paths.includes(name), name);
    }
    for (const [, key] of document.matchAll(/Extension\.LoadString\("([^"]+)"\)/gu)) {
      assert.ok(text.get("resources.resx")?.includes(`<data name="${key}"`), key);
    }
  });

  test(`${service}: the archive holds what Power BI needs, at its root, and nothing else`, async () => {
    const files = generateConnector({ service, name: "Orders" });
    const found = await entries(packConnector(files));
    assert.deepEqual(
      [...found.keys()],
      ["Orders.pq", "resources.resx", ...ICONS.map((size) => `Orders${size}.png`)],
    );
    for (const { path, content } of files) {
      const entry = found.get(path);
      if (entry) {
        assert.ok(entry.content.equals(Buffer.from(content)), path);
        assert.equal(entry.method, 8, "deflate");
        assert.deepEqual([entry.time.getFullYear(), entry.time.getMonth(), entry.time.getDate()], [1980, 0, 1]);
      }
    }
  });
}

test("what is committed is what the package generates", { skip: process.env.PQRUN_ROOT === undefined }, () => {
  const root = path.join(process.env.PQRUN_ROOT ?? "", "connector");
  for (const [name, service] of /** @type {const} */ ([
    ["Pqrun", "both"],
    ["PqrunDatabricks", "databricks"],
    ["PqrunFabric", "fabric"],
  ])) {
    for (const file of generateConnector({ service, name })) {
      assert.ok(readFileSync(path.join(root, name, file.path)).equals(Buffer.from(file.content)), file.path);
    }
  }
  for (const service of /** @type {const} */ (["databricks", "fabric"])) {
    const name = { databricks: "Databricks.pq", fabric: "Fabric.pq" }[service];
    assert.equal(readFileSync(path.join(root, "query", name), "utf8"), generateQuery({ service }));
  }
});

test("the same files give the same archive, in every time zone", (t) => {
  const { TZ } = process.env;
  t.after(() => {
    process.env.TZ = TZ;
    if (TZ === undefined) {
      delete process.env.TZ;
    }
  });
  const files = generateConnector({ service: "both", name: "Orders" });
  const hashes = ["UTC", "Asia/Kolkata", "America/St_Johns"].map((zone) => {
    process.env.TZ = zone;
    return createHash("sha256").update(packConnector(files)).digest("hex");
  });
  assert.equal(new Set(hashes).size, 1);
});

test("icons are 8-bit RGBA PNGs of their sizes", () => {
  const files = generateConnector({ service: "databricks", name: "Orders" });
  for (const size of ICONS) {
    const png = Buffer.from(files.find(({ path }) => path === `Orders${size}.png`)?.content ?? []);
    assert.equal(png.toString("latin1", 1, 4), "PNG");
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]], [size, size, 8, 6]);
  }
});

test("what is no connector is not packed", () => {
  assert.throws(() => packConnector([]), TypeError);
  const files = generateConnector({ service: "both", name: "Orders" });
  const [document] = files;
  assert.ok(document);
  assert.throws(() => packConnector(files.filter((file) => file !== document)), TypeError);
});
