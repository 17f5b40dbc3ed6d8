import { workers } from "mtf/workers";
import { expect, test } from "vitest";
import { hasMpi, mpirun } from "../../../mtf/test/mpi/mpirun.ts";
import { steps } from "../processes/steps.ts";

test.skipIf(!hasMpi)("four ranks train a model to the same bits as four workers", async () => {
  const { code, told, printed } = await mpirun(4, new URL("./steps.rank.ts", import.meta.url));
  expect({ code, printed }).toEqual({ code: 0, printed: "" });
  const expected = await steps((mesh) => workers(mesh, { deterministic: true }));
  for (const lines of told) expect(lines.split("\n")).toEqual(expected);
});
