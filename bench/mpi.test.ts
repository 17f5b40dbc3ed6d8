import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { hasMpi } from "../packages/mtf/test/mpi/mpirun.ts";
import { lines, positive } from "./lib/tested.ts";

// Where a program of MPI cannot be compiled, ranks are measured alone, and the benchmark says so.
const header = ["-E", "-include", "mpi.h", "-x", "c", "/dev/null"];
const compiles = spawnSync(process.env.MPICC ?? "mpicc", header).status === 0;
if (hasMpi && !compiles) console.warn("MPI IS NOT COMPARED WITH C: apt-get install libopenmpi-dev");

test.skipIf(!hasMpi).each([
  ["collectives in the order of devices", [], ["all-reduce", "reduce-scatter", "all-gather"]],
  ["sums of MPI's own", ["--fast-reduce"], ["all-reduce"]],
])("two ranks, beside the same in C: %s", async (_, more, collectives) => {
  const found = await lines("collectives", "--runtime", "mpi", ...more);
  const beside = compiles ? { c: positive, ofC: positive } : {};
  expect(found).toEqual(
    collectives.map((collective) => ({
      ...{ collective, bytes: 64 << 10, microseconds: positive },
      ...beside,
    })),
  );
});
