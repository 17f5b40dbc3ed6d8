import { mpi } from "../../src/mpi.ts";
import { saving } from "../processes/saving.ts";
import { given, tell } from "./rank.ts";

// One of two ranks that save and load a checkpoint.
let own = 0;
const lines = await saving(given[0]!, async (mesh) => {
  const devices = await mpi(mesh, { backend: "reference" });
  own = devices.rank;
  return devices;
});
tell(own, lines);
