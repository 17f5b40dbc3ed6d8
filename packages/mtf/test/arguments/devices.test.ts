import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  isCheckpoint,
  openCheckpoint,
  openModel,
  openSafetensors,
  saveCheckpoint,
  writeModel,
  writeSafetensors,
} from "../../src/checkpoint.ts";
import { MtfError } from "../../src/errors.ts";
import * as typed from "../../src/index.ts";
import { simulator } from "../../src/simulator.ts";
import { workers } from "../../src/workers.ts";
import { dims, type Given } from "./calls.ts";
import { wrongValues } from "./wrong.ts";

// As with the functions of tensors, of what runs programs: each call is right but for one argument.

// biome-ignore lint/suspicious/noExplicitAny: programs without types are what this is about
const m: any = typed;

const home = mkdtempSync(join(tmpdir(), "mtf-arguments-"));
const mesh = m.defineMesh({ data: 2 });
const layout = m.defineLayout({ dims, mesh, rules: { batch: "data" } });
const tensor = m.placeholder([dims.batch]);
const lowered = m.lower((x: unknown) => m.exp(x), { layout, inputs: [tensor] });
const whole = { split: {}, partial: [] };
const four = [1, 2, 3, 4];

// biome-ignore lint/suspicious/noExplicitAny: see above
let devices: any;
// biome-ignore lint/suspicious/noExplicitAny: see above
let run: any;
// biome-ignore lint/suspicious/noExplicitAny: see above
let held: any;
// biome-ignore lint/suspicious/noExplicitAny: see above
let checkpoint: any;

beforeAll(async () => {
  devices = await simulator(mesh);
  run = await devices.load(lowered);
  held = await devices.put(tensor, whole, four);
  await saveCheckpoint(join(home, "saved"), { x: held }, null);
  checkpoint = await openCheckpoint(join(home, "saved"));
});

afterAll(async () => {
  await checkpoint.close();
  await devices.close();
  rmSync(home, { recursive: true, force: true });
});

const opened = async (of: Promise<{ close(): Promise<void> }>) => await (await of).close();

/** What is called with `wrong` in place of one argument. */
const stored = { name: "x", dtype: "F32", shape: [1], data: Float32Array.of(1) } as const;

const calls: Readonly<Record<string, (wrong: never) => unknown>> = {
  "simulator: mesh": (wrong) => opened(simulator(wrong)),
  "simulator: options": (wrong) => opened(simulator(mesh, wrong)),
  "simulator: backend": (wrong) => opened(simulator(mesh, { backend: wrong })),
  "simulator: stagingBytes": (wrong) => opened(simulator(mesh, { stagingBytes: wrong })),
  "workers: mesh": (wrong) => opened(workers(wrong)),
  "workers: options": (wrong) => opened(workers(m.defineMesh({}), wrong)),
  "workers: force": (wrong) => opened(workers(m.defineMesh({}), { force: wrong })),
  "load: lowered": (wrong) => devices.load(wrong),
  "load: options": (wrong) => devices.load(lowered, wrong),
  "load: force": (wrong) => devices.load(lowered, { force: wrong }),
  "putTree: lowered": (wrong) => devices.putTree(wrong, () => four),
  "putTree: sourceOf": (wrong) => devices.putTree(lowered, wrong),
  "putTree: source": (wrong) => devices.putTree(lowered, () => wrong),
  "reshard: held": (wrong) => devices.reshard(wrong, lowered, 0),
  "reshard: to": (wrong) => devices.reshard(held, wrong, 0),
  "reshard: argument": (wrong) => devices.reshard(held, lowered, wrong),
  "reshard: options": (wrong) => devices.reshard(held, lowered, 0, wrong),
  "reshard: donate": (wrong) => devices.reshard(held, lowered, 0, { donate: wrong }),
  "run.put: argument": (wrong) => run.put(wrong, four),
  "run.put: data": (wrong) => run.put(0, wrong),
  "put: tensor": (wrong) => devices.put(wrong, whole, four),
  "put: placement": (wrong) => devices.put(tensor, wrong, four),
  "put: split": (wrong) => devices.put(tensor, { split: { batch: wrong }, partial: [] }, four),
  "put: source": (wrong) => devices.put(tensor, whole, wrong),
  "put: numbers": (wrong) => devices.put(tensor, whole, [1, 2, 3, wrong]),
  "put: file": (wrong) => devices.put(tensor, whole, { file: wrong, offset: 0 }),
  "put: offset": (wrong) => devices.put(tensor, whole, { file: "none", offset: wrong }),
  "put: stored": (wrong) => devices.put(tensor, whole, { file: "none", offset: 0, stored: wrong }),
  "put: box": (wrong) => devices.put(tensor, whole, { box: wrong }),
  "put: box's result": (wrong) => devices.put(tensor, whole, { box: () => wrong }),
  "run: input": (wrong) => run(wrong),
  "run: surplus": (wrong) => run(four, wrong),
  "readBox: box": (wrong) => held.readBox(wrong),
  "readBox: range": (wrong) => held.readBox([wrong]),
  "readBox: begin": (wrong) => held.readBox([{ begin: wrong, size: 1 }]),
  "saveCheckpoint: folder": (wrong) =>
    typeof wrong === "string" || saveCheckpoint(wrong, { x: held }, null),
  "saveCheckpoint: tensors": (wrong) => saveCheckpoint(join(home, "all"), wrong, null),
  "saveCheckpoint: tensor": (wrong) => saveCheckpoint(join(home, "x"), { x: wrong as never }, null),
  "saveCheckpoint: metadata": (wrong) => saveCheckpoint(join(home, "m"), { x: held }, wrong),
  "isCheckpoint: folder": (wrong) => isCheckpoint(wrong),
  "writeSafetensors: path": (wrong) =>
    typeof wrong === "string" || writeSafetensors(wrong, [stored]),
  "writeSafetensors: tensors": (wrong) => writeSafetensors(join(home, "w"), wrong),
  "writeSafetensors: tensor": (wrong) => writeSafetensors(join(home, "w"), [wrong]),
  "writeSafetensors: name": (wrong) =>
    writeSafetensors(join(home, "w"), [{ ...stored, name: wrong }]),
  "writeSafetensors: shape": (wrong) =>
    writeSafetensors(join(home, "w"), [{ ...stored, shape: wrong }]),
  "writeSafetensors: size": (wrong) =>
    writeSafetensors(join(home, "w"), [{ ...stored, shape: [wrong] }]),
  "writeSafetensors: dtype": (wrong) =>
    writeSafetensors(join(home, "w"), [{ ...stored, dtype: wrong }]),
  "writeModel: folder": (wrong) => typeof wrong === "string" || writeModel(wrong, [stored]),
  "writeModel: tensors": (wrong) => writeModel(join(home, "model"), wrong),
  "openModel: path": (wrong) => opened(openModel(wrong)),
  "leavesOf: isLeaf": async (wrong) => m.leavesOf({ x: 1 }, wrong),
  "mapLeaves: change": async (wrong) => m.mapLeaves({ x: 1 }, m.isTensor, wrong),
  "withLeaves: isLeaf": async (wrong) => m.withLeaves({ x: 1 }, wrong, [1]),
  "openCheckpoint: folder": (wrong) => opened(openCheckpoint(wrong)),
  "openSafetensors: from": (wrong) => opened(openSafetensors(wrong)),
  "checkpoint.source: name": (wrong) => checkpoint.source(wrong),
  "checkpoint.load: begin": (wrong) => checkpoint.load(devices, wrong),
  "checkpoint.read: name": (wrong) => checkpoint.read(wrong),
  "checkpoint.read: box": (wrong) => checkpoint.read("x", wrong),
};

it.each(Object.keys(calls))("what is wrong is told: %s", async (name) => {
  const given = { ids: m.placeholder([dims.batch], "int32"), mask: held } as Given;
  for (const wrong of wrongValues(given)) {
    try {
      await calls[name]!(wrong as never);
    } catch (error) {
      expect(error).toBeInstanceOf(MtfError);
      const { code, message } = error as MtfError;
      expect([name, code, message]).not.toContain("internal");
      expect(message).not.toMatch(/undefined \(|is not a function|Cannot read/);
    }
  }
});

it("an option that is none is told, and nothing is loaded or planned without it", async () => {
  const told = { code: "unknown-option" };
  await expect(devices.load(lowered, { forced: true })).rejects.toMatchObject(told);
  await expect(simulator(mesh, { force: true } as never)).rejects.toMatchObject(told);
  expect(() => devices.reshard([held], lowered, 0, { donated: true })).toThrowError(
    expect.objectContaining(told),
  );
});

it("a tensor is put whole: an axis splits one dim of it, once", async () => {
  const two = m.placeholder([dims.batch, m.dimension("row", 4)]);
  for (const split of [{ batch: ["data"], row: ["data"] }, { batch: ["data", "data"] }]) {
    const put = devices.put(two, { split, partial: [] }, new Float32Array(16));
    await expect(put).rejects.toMatchObject({ code: "bad-argument" });
  }
});

it("nothing replaces a checkpoint: a state without tensors is refused", async () => {
  for (const nothing of [undefined, {}, [], { a: undefined }]) {
    const saved = saveCheckpoint(join(home, "saved"), nothing as never);
    await expect(saved).rejects.toMatchObject({ code: "bad-argument" });
  }
  const kept = await openCheckpoint(join(home, "saved"));
  expect(kept.names).toEqual(["x"]);
  await kept.close();
});

it("a checkpoint that was closed says so", async () => {
  const opened = await openCheckpoint(join(home, "saved"));
  await opened.read("x");
  await opened.close();
  await expect(opened.read("x")).rejects.toMatchObject({ code: "closed" });
  const neverRead = await openCheckpoint(join(home, "saved"));
  await neverRead.close();
  await expect(run(neverRead.source("x"))).rejects.toMatchObject({ code: "closed" });
});

it("a run is given as many inputs as it takes", async () => {
  await expect(run(four, four, [1])).rejects.toMatchObject({
    code: "wrong-input",
    message: expect.stringMatching(
      /^\[wrong-input\] run: the program takes 1 input, and is given 3\.\n {2}surplus {2}an array of 4, an array of 1\n {2}at {7}devices\.test\.ts:\d+$/,
    ),
  });
  await expect(run()).rejects.toMatchObject({ code: "wrong-input" });
});
