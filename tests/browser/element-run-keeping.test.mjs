/** Runs that `<pqrun-run>` keeps: found again by the next page, by another tab, or not at all. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { DATABRICKS_TOKEN, databricksRuns, until } from "../node/support.mjs";
import {
  accessible,
  ended,
  everything,
  heard,
  isRunning,
  pictures,
  showKeeping,
  start,
  stored,
} from "./element-run.support.mjs";
import { launch } from "./support.mjs";

const browser = await launch();

test("a page that is loaded again in the midst of a run finds it, and starts no second one", async (t) => {
  const { page, server } = await showKeeping(t, browser);
  await start(page);
  await isRunning(page);
  await page.getByText("This page may be closed: it finds the run again.").waitFor();
  const snapshot = JSON.parse((await stored(page)) ?? "{}").snapshot;
  assert.equal(snapshot.run.id, databricksRuns(server, 105)[0].runId);
  await page.reload();
  await page.getByRole("heading", { name: "A run was found again" }).waitFor();
  await pictures(page, "found");
  await accessible(page);
  await page.getByRole("button", { name: "Resume" }).click();
  await isRunning(page);
  await page.getByRole("button", { name: "Cancel the run" }).click();
  await ended(page);
  assert.equal(databricksRuns(server, 105).length, 1);
  assert.equal(await stored(page), null);
  assert.ok(!(await everything(page)).includes(DATABRICKS_TOKEN));
});

test("a run that ended while the page was away gives its result when it is resumed", async (t) => {
  const { page, server } = await showKeeping(t, browser, { job: "good" });
  await page.evaluate(() => {
    addEventListener("pqrun-event", (event) => {
      const { phase } = /** @type {CustomEvent} */ (event).detail.event;
      if (phase === "running" || phase === "queued") {
        Reflect.get(globalThis, "element").detach();
      }
    });
  });
  await start(page);
  await ended(page);
  await until("the end of the run", () => databricksRuns(server, 101)[0].outcome);
  await page.reload();
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByText("The run succeeded", { exact: true }).waitFor();
  assert.match(await page.locator(".outputs").innerText(), /load\s+2 rows, 4 columns/u);
  assert.equal(databricksRuns(server, 101).length, 1);
});

test("with autoresume nobody has to ask", async (t) => {
  const { page } = await showKeeping(t, browser, { attributes: 'store="orders" autoresume no-form', script: "" });
  await page.evaluate(() => {
    Reflect.get(globalThis, "element").start();
  });
  await isRunning(page);
  await page.reload();
  await isRunning(page);
  assert.equal(await page.locator("form").count(), 0);
});

test("a run that was kept can be forgotten, which does not stop it", async (t) => {
  const { page, server } = await showKeeping(t, browser);
  await start(page);
  await isRunning(page);
  await page.reload();
  await page.getByRole("button", { name: "Forget it" }).click();
  await page.getByRole("button", { name: "Start", exact: true }).waitFor();
  assert.equal(await stored(page), null);
  assert.equal((await heard(page, "forget")).length, 1);
  assert.equal(databricksRuns(server, 105).length, 1);
});

test("two tabs do not follow the same run at once", async (t) => {
  const { page, origin, server } = await showKeeping(t, browser);
  await start(page);
  await isRunning(page);
  const other = await page.context().newPage();
  await other.goto(`${origin}/`);
  await other.getByRole("heading", { name: "Another tab follows a run" }).waitFor();
  assert.equal(await other.getByRole("button", { name: "Resume" }).count(), 0);
  await pictures(other, "elsewhere");
  await accessible(other);
  const refused = other.evaluate(() => Reflect.get(globalThis, "element").resume());
  await assert.rejects(refused, /kept under the same name/u);
  await page.close();
  await other.getByRole("button", { name: "Resume" }).click();
  await isRunning(other);
  assert.equal(databricksRuns(server, 105).length, 1);
});

test("where nothing can be kept that is said, and a run starts only if the person agrees", async (t) => {
  const { page, server } = await showKeeping(t, browser, {
    before: (it) =>
      it.addInitScript(() => {
        Storage.prototype.setItem = () => {
          throw new DOMException("full", "QuotaExceededError");
        };
      }),
  });
  await start(page);
  await page.getByRole("heading", { name: "This run can't be kept" }).waitFor();
  assert.match(await page.locator(".fault").innerText(), /storage for this page is full/u);
  await pictures(page, "full");
  await accessible(page);
  assert.equal(databricksRuns(server, 105).length, 0);
  await page.getByRole("button", { name: "Start without keeping it" }).click();
  await isRunning(page);
  await page.getByText("Closing this page loses sight of the run").waitFor();
});

test("storage that is full at the very moment of the start: nothing is sent, and the person may go on without it", async (t) => {
  const { page, server } = await showKeeping(t, browser);
  await page.evaluate(() => {
    const { setItem } = Storage.prototype;
    Storage.prototype.setItem = function (key, value) {
      if (key.endsWith(":run")) {
        throw new DOMException("full", "QuotaExceededError");
      }
      setItem.call(this, key, value);
    };
  });
  await start(page);
  await ended(page);
  assert.match(await page.locator(".ending").innerText(), /Nothing was started[\s\S]*persistFailed/u);
  assert.equal(databricksRuns(server, 105).length, 0);
  await page.getByRole("button", { name: "Start without keeping it" }).click();
  await isRunning(page);
  assert.equal(databricksRuns(server, 105).length, 1);
});

test("values of secret parameters are asked for again when the start may have to be sent again", async (t) => {
  const { page, server } = await showKeeping(t, browser, {
    job: "good",
    change: (it) => {
      it.faults = [{ endpoint: "jobs/run-now", nth: 1, kind: { slow: { seconds: 2000 } } }];
    },
    settings: { jobParameters: { day: "1", secret: "hush-hush-0123" }, secretParameters: ["secret"] },
  });
  const sent = page.waitForRequest((request) => request.url().includes("run-now"));
  await start(page);
  await sent;
  assert.ok(!(await everything(page)).includes("hush-hush"));
  await page.reload();
  await page.getByText("It is not known yet whether it was started.").waitFor();
  await page.getByRole("button", { name: "Resume" }).click();
  const field = page.getByLabel("Secret parameter secret");
  await field.fill("hush-hush-0123");
  await pictures(page, "secrets");
  await accessible(page);
  assert.ok(!(await everything(page)).includes("hush-hush"));
  await field.press("Enter");
  await page.getByText("The run succeeded", { exact: true }).waitFor();
  assert.equal(databricksRuns(server, 101).length, 1);
});

test("a snapshot of another version is told, and can be forgotten", async (t) => {
  const { page } = await showKeeping(t, browser);
  await page.evaluate(() => localStorage.setItem("pqrun:orders:run", '{"snapshot":{"pqrun":99,"job":{"service":"databricks"}},"at":1}'));
  await page.reload();
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("heading", { name: "The run was not resumed" }).waitFor();
  await page.getByRole("button", { name: "Forget it" }).click();
  await page.getByRole("button", { name: "Start", exact: true }).waitFor();
});

test("an element that is taken away leaves a run that it keeps, and one that is moved goes on", async (t) => {
  const { page, server } = await showKeeping(t, browser);
  await start(page);
  await isRunning(page);
  await page.evaluate(() => {
    const element = Reflect.get(globalThis, "element");
    document.body.append(element);
  });
  await isRunning(page);
  assert.deepEqual(await heard(page, "result"), []);
  await page.evaluate(async () => {
    const element = Reflect.get(globalThis, "element");
    const over = new Promise((resolve) => element.addEventListener("pqrun-result", resolve));
    element.remove();
    await over;
    const other = document.createElement("pqrun-run");
    Object.assign(other, { store: "orders", connection: element.connection });
    document.body.append(other);
  });
  await page.getByRole("button", { name: "Resume" }).click();
  await isRunning(page);
  assert.equal(databricksRuns(server, 105).length, 1);
});

test("a start over a run that another tab has left starts nothing, and the run can be resumed", async (t) => {
  const { page, origin, server } = await showKeeping(t, browser);
  const other = await page.context().newPage();
  await other.goto(`${origin}/`);
  // Who fills in a form is not disturbed by what other tabs do.
  await other.getByLabel("Job", { exact: true }).focus();
  await start(page);
  await isRunning(page);
  await page.close();
  await start(other);
  await other.getByRole("heading", { name: "A run was found again" }).waitFor();
  assert.match(await other.locator(".fault").innerText(), /Nothing was started[\s\S]*resume it, or forget it/u);
  await other.getByRole("button", { name: "Resume" }).click();
  await isRunning(other);
  assert.equal(databricksRuns(server, 105).length, 1);
});

test("two elements of one name on a page: what one has left the other does not start again", async (t) => {
  const { page, server } = await showKeeping(t, browser);
  await page.evaluate(() => {
    const element = Reflect.get(globalThis, "element");
    const second = document.createElement("pqrun-run");
    Object.assign(second, { store: "orders", settings: element.settings, connection: element.connection, id: "second" });
    document.body.append(second);
  });
  const [first, second] = [page.locator("pqrun-run").first(), page.locator("#second")];
  await first.getByRole("button", { name: "Start", exact: true }).click();
  await first.getByRole("button", { name: "Leave it running" }).click();
  await first.locator("#result-title").waitFor();
  await second.getByRole("button", { name: "Start", exact: true }).click();
  await second.getByRole("heading", { name: "A run was found again" }).waitFor();
  // Now the first one has the older snapshot.
  await second.getByRole("button", { name: "Resume" }).click();
  await second.getByRole("button", { name: "Cancel the run" }).click();
  await second.locator("#result-title").waitFor();
  await first.getByRole("button", { name: "Resume" }).click();
  await first.getByRole("heading", { name: "The run was not resumed" }).waitFor();
  assert.match(await first.locator(".fault").innerText(), /not kept any more/u);
  assert.equal(databricksRuns(server, 105).length, 1);
});

test("a run that is started in the same breath as its element is made is kept, and one that was kept is found", async (t) => {
  const { page, server } = await showKeeping(t, browser);
  const startAtOnce = () =>
    page.evaluate(async () => {
      const { settings, connection } = Reflect.get(globalThis, "element");
      const second = /** @type {any} */ (document.createElement("pqrun-run"));
      Object.assign(second, { store: "orders", settings, connection });
      document.body.append(second);
      const running = new Promise((resolve) => {
        second.addEventListener("pqrun-event", (/** @type {CustomEvent} */ { detail }) => detail.event.phase === "running" && resolve(undefined));
      });
      const result = second.start();
      await Promise.race([running, result]);
      second.detach();
      return (await result).outcome;
    });
  assert.equal(await startAtOnce(), "abandoned");
  assert.notEqual(await stored(page), null);
  await assert.rejects(startAtOnce(), /A run was found again/u);
  assert.equal(databricksRuns(server, 105).length, 1);
});

test("what another tab keeps is not forgotten by this one", async (t) => {
  const { page, origin } = await showKeeping(t, browser);
  const other = await page.context().newPage();
  await other.goto(`${origin}/`);
  await other.evaluate(() => {
    const element = Reflect.get(globalThis, "element");
    element.settings = { ...element.settings, jobName: "good" };
  });
  await start(other);
  await ended(other);
  await start(page);
  await isRunning(page);
  // Its own run is over, and not kept: that is all that is forgotten.
  await other.evaluate(() => Reflect.get(globalThis, "element").forget());
  await other.getByRole("heading", { name: "Another tab follows a run" }).waitFor();
  assert.notEqual(await stored(page), null);
  await assert.rejects(
    other.evaluate(() => Reflect.get(globalThis, "element").forget()),
    /Another tab follows the run/u,
  );
  assert.notEqual(await stored(page), null);
  await page.reload();
  await page.getByRole("button", { name: "Forget it" }).click();
  await page.getByRole("button", { name: "Start", exact: true }).waitFor();
  assert.equal(await stored(page), null);
});

test("a run that ends while this tab still looks who follows it is not offered", async (t) => {
  const { page } = await showKeeping(t, browser);
  await page.evaluate(async () => {
    const key = "pqrun:orders:run";
    const change = () => dispatchEvent(new StorageEvent("storage", { key }));
    const { locks } = navigator;
    /** @type {(value?: unknown) => void} */
    let answer = () => {};
    const asked = new Promise((resolve) => (answer = resolve));
    locks.query = async () => {
      await asked;
      return { held: [], pending: [] };
    };
    const snapshot = { pqrun: 1, job: { service: "databricks", host: "https://adb-1.2.azuredatabricks.net", jobId: "1" } };
    localStorage.setItem(key, JSON.stringify({ snapshot, session: {}, at: Date.now() }));
    change();
    localStorage.removeItem(key);
    change();
    answer();
    await new Promise((resolve) => setTimeout(resolve));
    await Reflect.get(globalThis, "element").updateComplete;
  });
  assert.equal(await page.getByRole("heading", { name: "A run was found again" }).count(), 0);
  assert.equal(await page.getByRole("button", { name: "Start", exact: true }).count(), 1);
});

test("starting anew replaces a run of one's own that is kept", async (t) => {
  const { page, server } = await showKeeping(t, browser);
  await start(page);
  await isRunning(page);
  await page.getByRole("button", { name: "Leave it running" }).click();
  await ended(page);
  // A program is asked to say that it means it.
  await assert.rejects(
    page.evaluate(() => Reflect.get(globalThis, "element").start()),
    /resume it, or forget it/u,
  );
  await page.getByRole("button", { name: "Resume" }).click();
  await isRunning(page);
  await page.getByRole("button", { name: "Leave it running" }).click();
  const [{ runId: first }] = databricksRuns(server, 105);
  await page.getByRole("button", { name: "Start anew" }).click();
  await page.getByRole("button", { name: "Cancel the run" }).waitFor();
  await isRunning(page);
  const second = JSON.parse((await stored(page)) ?? "{}").snapshot.run.id;
  const ids = databricksRuns(server, 105).map((/** @type {any} */ { runId }) => runId);
  assert.deepEqual([...ids].sort(), [first, second].sort());
});

test("an element that is taken away while the client is loaded lets go of the run that it keeps", async (t) => {
  /** @type {() => void} */
  let arrive = () => {};
  const arrived = new Promise((resolve) => {
    arrive = () => resolve(undefined);
  });
  const { page } = await showKeeping(t, browser, {
    attributes: 'store="orders" no-form',
    before: (it) =>
      it.route("**/node_modules/pqrun/browser.js", async (route) => {
        await arrived;
        await route.continue();
      }),
  });
  const outcome = page.evaluate(async () => {
    const element = Reflect.get(globalThis, "element");
    const result = element.start();
    element.remove();
    return (await result).outcome;
  });
  arrive();
  assert.equal(await outcome, "abandoned");
  const held = await page.evaluate(async () => (await navigator.locks.query()).held?.length);
  assert.equal(held, 0);
});

test("a tab that waits for another one waits once, and not after its element is gone", async (t) => {
  const { page, origin } = await showKeeping(t, browser);
  await start(page);
  await isRunning(page);
  const other = await page.context().newPage();
  await other.goto(`${origin}/`);
  await other.getByRole("heading", { name: "Another tab follows a run" }).waitFor();
  const waiting = () =>
    other.evaluate(async () => (await navigator.locks.query()).pending?.filter(({ name }) => name === "pqrun:orders:run").length);
  // Every snapshot that is stored is an event there.
  for (let times = 0; times < 5; times += 1) {
    await page.evaluate((at) => {
      const key = "pqrun:orders:run";
      localStorage.setItem(key, JSON.stringify({ ...JSON.parse(localStorage.getItem(key) ?? ""), at }));
    }, times + 1);
  }
  await other.waitForFunction(() => JSON.parse(localStorage.getItem("pqrun:orders:run") ?? "{}").at === 5);
  assert.equal(await waiting(), 1);
  await other.evaluate(() => Reflect.get(globalThis, "element").remove());
  assert.equal(await waiting(), 0);
});

test("another name counts from the next run on", async (t) => {
  const { page } = await showKeeping(t, browser);
  await start(page);
  await page.evaluate(() => Reflect.get(globalThis, "element").setAttribute("store", "others"));
  await isRunning(page);
  assert.notEqual(await stored(page), null);
  await page.getByRole("button", { name: "Cancel the run" }).click();
  await ended(page);
  const keys = await page.evaluate(() => Object.keys(localStorage).filter((key) => key.endsWith(":run")));
  assert.deepEqual(keys, []);
});

test("the time of a run that is resumed counts from its beginning", async (t) => {
  const { page } = await showKeeping(t, browser);
  await start(page);
  await isRunning(page);
  await page.evaluate(() => {
    const element = Reflect.get(globalThis, "element");
    element.detach();
  });
  await ended(page);
  await page.evaluate(() => {
    const key = "pqrun:orders:run";
    const kept = JSON.parse(localStorage.getItem(key) ?? "");
    kept.snapshot.began -= 3_600_000;
    localStorage.setItem(key, JSON.stringify(kept));
  });
  await page.reload();
  await page.getByRole("button", { name: "Resume" }).click();
  await isRunning(page);
  assert.match(await page.locator(".facts").innerText(), /So far\s+1 h/u);
});

test("what is typed is kept at the start, and then without what was said to be secret", async (t) => {
  const { page } = await showKeeping(t, browser, { job: "good" });
  const kept = () => page.evaluate(() => localStorage.getItem("pqrun:orders:settings"));
  await page.getByRole("button", { name: "Add a parameter" }).click();
  const row = page.locator(".row").last();
  await row.getByLabel("Name").fill("key");
  await row.getByLabel("Value").fill("hush-hush-0123");
  await row.getByLabel("Value").press("Tab");
  assert.equal(await kept(), null);
  await start(page);
  await ended(page);
  assert.match((await kept()) ?? "", /hush-hush/u);
  await page.getByRole("button", { name: "Change settings" }).click();
  await row.getByLabel("key is secret").check();
  assert.match((await kept()) ?? "", /"secretParameters":\["key"\]/u);
  assert.ok(!(await kept())?.includes("hush-hush"));
});
