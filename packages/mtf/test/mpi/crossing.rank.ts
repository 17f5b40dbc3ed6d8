import { readdirSync, readFileSync } from "node:fs";
import { defineMesh } from "../../src/index.ts";
import { mpi } from "../../src/mpi.ts";
import type { Instruction } from "../../src/program/program.ts";
import { aValue, loweredOf, origin, programOf } from "../../src/runtime/testing/programs.ts";
import { given, tell } from "./rank.ts";

// One of four ranks on two hosts, which tells how many bytes a collective sent and received by the network.

const [name, size] = [given[0] as "all-gather" | "all-reduce", Number(given[1])];
const mesh = defineMesh({ x: 4 });
const dims = [{ name: "a", size }];
const one = { axes: ["x"], operand: 0, result: 1, origin };
const collective: Instruction =
  name === "all-gather"
    ? {
        kind: "move",
        name,
        ...{ axes: ["x"], operands: [0], offsets: [{}], fill: 0, result: 1, origin },
      }
    : { kind: "reduce", name, fn: "sum", ...one };
const operand =
  name === "all-gather" ? { split: { a: ["x"] }, partial: [] } : { split: {}, partial: [] };
const values = [aValue(dims, operand), aValue(dims)];
const devices = await mpi(mesh, { backend: "wasm" });
const lowered = loweredOf(programOf(mesh, values, [0], [1], [collective]));
const run = await devices.load(lowered);
const numbers = Float32Array.from({ length: size }, (_, i) => Math.sin(i));
const held = await devices.put(lowered.arguments[0]!, operand, numbers);
await devices.usage();
const before = crossed();
const [made] = await run(held);
// All have come so far when each has told what it used.
await devices.usage();
const bytes = crossed() - before;
const read = await made!.read();
const times = name === "all-gather" ? 1 : 4;
const isRight = read.every((x, i) => x === Math.fround(times * numbers[i]!));
await devices.close();
tell(devices.rank, [`${bytes}`, `${isRight}`]);

/** Bytes that have come or gone by cable. */
function crossed(): number {
  const cables = readdirSync("/sys/class/net").filter((cable) => cable !== "lo");
  const counters = cables.flatMap((cable) =>
    ["rx_bytes", "tx_bytes"].map((counter) => `/sys/class/net/${cable}/statistics/${counter}`),
  );
  return counters.reduce((sum, file) => sum + Number(readFileSync(file, "utf8")), 0);
}
