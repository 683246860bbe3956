// A dashboard without a framework: its own form starts the run, its own figures are worked out from the table.
import "../../elements/run.js";
import "../../elements/table.js";

const run = /** @type {import("../../elements/run.js").PqrunRun} */ (document.querySelector("pqrun-run"));
const table = /** @type {import("../../elements/table.js").PqrunTable} */ (document.querySelector("pqrun-table"));
const form = /** @type {HTMLFormElement} */ (document.querySelector("form"));
const button = /** @type {HTMLButtonElement} */ (document.querySelector("button"));

// Both services in the page. A real dashboard sets no `fetch`, and a token callback or a proxy instead: docs/elements.md.
const { settings, scenario } = await (await fetch(new URL("../scenarios/databricks-success.json", import.meta.url))).json();
/** @type {Promise<typeof fetch> | undefined} */
let services;
run.connection = {
  token: "dapi-simulated",
  fetch: async (/** @type {Parameters<typeof fetch>} */ ...request) => {
    services ??= import("../../simulator.browser.js").then(({ Simulator, simulatedFetch }) =>
      simulatedFetch(new Simulator(JSON.stringify(scenario), Date.now(), 4)),
    );
    return (await services)(...request);
  },
};

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const day = String(new FormData(form).get("day"));
  run.settings = { ...settings, jobParameters: { day } };
  button.disabled = true;
  try {
    const { outcome, table: orders } = await run.start();
    if (outcome === "succeeded" && orders) {
      show(orders);
    }
  } catch {
    // What kept the run from being started is on the page: the element shows it.
  } finally {
    button.disabled = false;
  }
});

/** @param {import("../../index.js").Table} orders */
function show(orders) {
  table.table = orders;
  const amounts = /** @type {number[]} */ (orders.column("amount"));
  const paid = orders.column("paid") ?? [];
  const figures = {
    orders: orders.rowCount.toLocaleString("en"),
    revenue: Math.round(amounts.reduce((sum, amount) => sum + amount, 0)).toLocaleString("en"),
    paid: `${Math.round((100 * paid.filter(Boolean).length) / orders.rowCount)} %`,
  };
  for (const [id, text] of Object.entries(figures)) {
    const figure = document.getElementById(id);
    if (figure) {
      figure.textContent = text;
    }
  }
}
