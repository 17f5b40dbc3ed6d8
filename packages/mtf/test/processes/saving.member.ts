import { devicesOfPair, given } from "./pair.ts";
import { saving } from "./saving.ts";

// One of two processes that save and load a checkpoint.
for (const line of await saving(given[0]!, (mesh) => devicesOfPair(mesh, "reference"))) {
  console.log(line);
}
