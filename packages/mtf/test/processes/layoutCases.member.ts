import { layoutCases } from "./layoutCases.ts";
import { devicesOfPair } from "./pair.ts";

// One of two processes that compute drawn programs.
for (const line of await layoutCases(devicesOfPair)) console.log(line);
