import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { workers } from "../../src/workers.ts";
import { layoutCases } from "../processes/layoutCases.ts";
import { saving } from "../processes/saving.ts";
import { hasMpi, mpirun, mpirunFor } from "./mpirun.ts";

const script = (name: string) => new URL(`./${name}.rank.ts`, import.meta.url);

describe.skipIf(!hasMpi)("MPI", () => {
  test.each([
    [2, [[2], [1, 2]]],
    [4, [[4], [2, 2]]],
  ])(
    "%i ranks compute what workers do, bit by bit",
    async (ranks, meshes) => {
      // MPICH's ranks turn in circles while they wait: more of them than cores take twice as long.
      const cases = script("layoutCases");
      const { code, told, printed } = await mpirunFor(
        240_000,
        ranks,
        cases,
        JSON.stringify(meshes),
      );
      expect({ code, printed }).toEqual({ code: 0, printed: "" });
      const expected = await layoutCases(meshes, (mesh, backend) =>
        workers(mesh, { backend, deterministic: true }),
      );
      for (const lines of told) expect(lines.split("\n")).toEqual(expected);
    },
    300_000,
  );

  test("a rank asks for its own device's boxes, and reads everything", async () => {
    const { told, printed } = await mpirun(2, script("sources"));
    expect(printed).toBe("");
    expect(told).toEqual(["0+3\n1,1,1,1,1", "3+2\n1,1,1,1,1"]);
  });

  test("what ranks save, all of them load", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mtf-mpi-saving-"));
    const { told, printed } = await mpirun(2, script("saving"), join(folder, "ranks"));
    expect(printed).toBe("");
    const alone = await saving(join(folder, "alone"), (mesh) =>
      workers(mesh, { backend: "reference" }),
    );
    expect(told.map((lines) => lines.split("\n"))).toEqual([alone, alone]);
    rmSync(folder, { recursive: true });
  });

  test("ranks share what the first has, and gather what each has", async () => {
    const { code, told, printed } = await mpirun(3, script("talking"));
    expect({ code, printed }).toEqual({ code: 0, printed: "" });
    const rest = ["0 2100000", "rank 0,rank 1,rank 2"];
    expect(told.map((lines) => lines.split("\n"))).toEqual([
      ["3 3", "asked 0", ...rest],
      ["3 3", "asked ", ...rest],
      ["3 3", "asked ", ...rest],
    ]);
  });

  test("fastReduce leaves sums to MPI: what is exact stays, and what rounds may differ", async () => {
    const fast = await mpirun(4, script("fastReduce"), "fast", "wasm");
    const own = await mpirun(4, script("fastReduce"), "own", "wasm");
    const wide = await mpirun(4, script("fastReduce"), "fast", "reference");
    expect([fast.code, own.code, wide.code]).toEqual([0, 0, 0]);
    const sums = ["46,86,134", "46,86,134", "46,86,134"];
    const exact = (lines: string) => lines.split("\n").map((line) => line.replace(/,[^,]+$/, ""));
    for (const told of [...fast.told, ...own.told, ...wide.told]) expect(exact(told)).toEqual(sums);
    expect(wide.told[0]).toMatch(/^46,86,134,2\n/);
    // Of ((1e8 + 1) - 1e8) + 1 in float32 one is left; MPI adds up pairs.
    expect(own.told[0]).toMatch(/^46,86,134,1\n/);
    expect(fast.told[0]).toMatch(/^46,86,134,0\n/);
  });

  test.each([
    ["throws", /rank 1: .*rank 1 has had enough/],
    ["ignores", /rank 1: .*the disk is gone/s],
    ["dies", /signal:? 9/i],
  ])("a rank that %s ends all", async (how, told) => {
    const { code, printed } = await mpirun(3, script("failing"), how);
    expect(code).not.toBe(0);
    expect(printed).toMatch(told);
  });

  test("another number of ranks than devices is refused", async () => {
    const { code, printed } = await mpirun(2, script("failing"), "");
    expect(code).not.toBe(0);
    expect(printed).toContain("x:3 is 3 devices, and MPI has started 2 processes.");
    expect(printed).toContain("mpirun -n 3 node program.mjs");
  });
});
