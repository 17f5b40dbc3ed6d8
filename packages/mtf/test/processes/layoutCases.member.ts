import { layoutCases } from "./layoutCases.ts";
import { devicesOfPair } from "./pair.ts";

// One of two processes that compute drawn programs.
for (const line of await layoutCases([[2], [2, 2], [3, 1]], devicesOfPair)) console.log(line);
