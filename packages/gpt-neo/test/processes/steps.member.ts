import { devicesOfPair } from "../../../mtf/test/processes/pair.ts";
import { steps } from "./steps.ts";

// One of two processes that train a model.
for (const line of await steps((mesh) => devicesOfPair(mesh, "wasm"))) console.log(line);
