// The order counts.
export { ofPage } from "./prism-manual.js";
import Prism from "prismjs/components/prism-core.js";

// Its grammars look for it on the page.
Reflect.set(globalThis, "Prism", Prism);

export default Prism;
