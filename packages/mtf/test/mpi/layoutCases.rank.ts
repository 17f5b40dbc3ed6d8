import { mpi } from "../../src/mpi.ts";
import { layoutCases } from "../processes/layoutCases.ts";
import { given, tell } from "./rank.ts";

// One of some ranks that compute drawn programs.
let own = 0;
const meshes = JSON.parse(given[0]!) as readonly (readonly number[])[];
const lines = await layoutCases(meshes, async (mesh, backend) => {
  const devices = await mpi(mesh, { backend, deterministic: true });
  own = devices.rank;
  return devices;
});
tell(own, lines);
