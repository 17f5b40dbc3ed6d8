import { type MpiDevices, mpi } from "mtf/mpi";
import { tell } from "../../../mtf/test/mpi/rank.ts";
import { steps } from "../processes/steps.ts";

// One of four ranks that train a model.
let own = 0;
const lines = await steps(async (mesh) => {
  const devices: MpiDevices = await mpi(mesh, { deterministic: true });
  own = devices.rank;
  return devices;
});
tell(own, lines);
