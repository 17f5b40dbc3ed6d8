import { expect, test, vi } from "vitest";
import { defineDims, defineLayout, defineMesh, lower, placeholder, sum } from "../../index.ts";
import { mostWorkers, workers } from "../../workers.ts";
import { errorOf } from "../testing/errorOf.ts";

// As if this were a small machine: what is far too many is few, then, on any.
vi.mock("../../machine.ts", async (original) => ({
  ...(await original<typeof import("../../machine.ts")>()),
  coresOfMachine: () => 1,
}));

test("far too many workers compute, where that is insisted on", async () => {
  const size = mostWorkers(1) + 1;
  const dims = defineDims({ batch: size });
  const mesh = defineMesh({ data: size });
  expect((await errorOf(workers(mesh))).code).toBe("bad-mesh");
  await using devices = await workers(mesh, { backend: "reference", force: true });
  const layout = defineLayout({ dims, mesh, rules: { batch: "data" } });
  const run = await devices.load(
    lower((x) => sum(x), { layout, inputs: [placeholder([dims.batch])] }),
  );
  const total = await run(Float32Array.from({ length: size }, (_, i) => i));
  expect(await total.number()).toBe((size * (size - 1)) / 2);
});
