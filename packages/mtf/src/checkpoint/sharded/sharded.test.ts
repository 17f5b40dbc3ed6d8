import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Dimension, dimension } from "../../dimension.ts";
import type { DType } from "../../dtype.ts";
import type { AnyTensor } from "../../graph/tensor.ts";
import { defineMesh } from "../../mesh.ts";
import { type Placement, replicated } from "../../program/placement.ts";
import type { Sharded } from "../../runtime/devices.ts";
import { withoutLines } from "../../runtime/testing/withoutLines.ts";
import { simulator } from "../../simulator.ts";
import { placeholder } from "../../trace.ts";
import { openSafetensors } from "../safetensors/index.ts";
import { openCheckpoint, saveCheckpoint } from "./index.ts";

withoutLines();

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "checkpoint-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A mesh, and how tensors of rows and columns lie on it. */
const places: readonly (readonly [mesh: string, split: Placement["split"]])[] = [
  ["a:1", {}],
  ["a:2", {}],
  ["a:2", { row: ["a"] }],
  ["a:3", { column: ["a"] }],
  ["a:2,b:2", { row: ["a"], column: ["b"] }],
  ["a:2,b:3", { row: ["a", "b"] }],
  // More devices than rows: some hold nothing.
  ["a:8", { row: ["a"] }],
];

const spec = (dtype: DType): AnyTensor =>
  placeholder([dimension("row", 5), dimension("column", 7)], dtype) as never;

const tensors = {
  float: { tensor: spec("float32"), numbers: Float32Array.from({ length: 35 }, (_, i) => i / 3) },
  integer: { tensor: spec("int32"), numbers: Int32Array.from({ length: 35 }, (_, i) => 7 - i) },
  truth: { tensor: spec("bool"), numbers: Uint8Array.from({ length: 35 }, (_, i) => (i * i) % 2) },
  step: { tensor: placeholder([], "int32") as unknown as AnyTensor, numbers: Int32Array.of(41) },
};

type Name = keyof typeof tensors;
const names = Object.keys(tensors) as Name[];

/** Puts the tensors on a mesh, the scalar on all devices. */
async function put(
  mesh: string,
  split: Placement["split"],
  sourceOf: (name: Name) => Parameters<Awaited<ReturnType<typeof simulator>>["put"]>[2],
): Promise<{ held: Record<string, Sharded>; close: () => Promise<void> }> {
  const devices = await simulator(defineMesh(mesh));
  const held: Record<string, Sharded> = {};
  for (const name of names) {
    const placement = { split: name === "step" ? {} : split, partial: [] };
    held[name] = await devices.put(tensors[name].tensor, placement, sourceOf(name));
  }
  return { held, close: () => devices.close() };
}

async function save(path: string, mesh: string, split: Placement["split"]): Promise<void> {
  const { held, close } = await put(mesh, split, (name) => tensors[name].numbers);
  await saveCheckpoint(path, held, { step: 41, key: "seven" });
  await close();
}

describe("what is saved under one mesh and layout", () => {
  it.each(places)("%s %j opens under every other", async (mesh, split) => {
    const path = join(folder, `of ${mesh} ${Object.keys(split).join(" and ")}`);
    await save(path, mesh, split);
    const checkpoint = await openCheckpoint(path);
    expect(checkpoint.metadata).toEqual({ step: 41, key: "seven" });
    expect(checkpoint.names).toEqual(names);
    for (const [other, otherSplit] of places) {
      const { held, close } = await put(other, otherSplit, checkpoint.source);
      for (const name of names) {
        expect([...(await held[name]!.read())]).toEqual([...tensors[name].numbers]);
      }
      await close();
    }
    await checkpoint.close();
  });

  it.each(places)("%s %j is read into its dims in any order", async (mesh, split) => {
    const path = join(folder, "turned");
    await save(path, "a:2,b:2", { row: ["a"], column: ["b"] });
    const checkpoint = await openCheckpoint(path);
    const devices = await simulator(defineMesh(mesh));
    const [row, column] = [dimension("row", 5), dimension("column", 7)];
    const turned = placeholder([column, row]);
    const held = await devices.put(turned, { split, partial: [] }, checkpoint.source("float"));
    const expected = Array.from({ length: column.size }, (_, c) =>
      Array.from({ length: row.size }, (_, r) => tensors.float.numbers[r * column.size + c]),
    );
    expect([...(await held.read())]).toEqual(expected.flat());
    await devices.close();
    await checkpoint.close();
  });

  it("every element is in one file, and only devices with something of their own write", async () => {
    const path = join(folder, "once");
    await save(path, "a:2,b:2", { row: ["a"] });
    const files = (await readdir(path)).sort();
    expect(files).toEqual(["checkpoint.json", "device-0.safetensors", "device-2.safetensors"]);
    let elements = 0;
    for (const file of files.slice(1)) {
      const part = await openSafetensors(join(path, file));
      const shape = part.tensors.get("float")!.shape;
      elements += shape[0]! * shape[1]!;
      await part.close();
    }
    expect(elements).toBe(35);
  });
});

it("a box is read from the files that hold parts of it, and from no other", async () => {
  const path = join(folder, "boxes");
  await save(path, "a:3", { row: ["a"] });
  const checkpoint = await openCheckpoint(path);
  for (const [row, rows, column, columns] of [
    [0, 5, 0, 7],
    [1, 2, 3, 2],
    [4, 1, 6, 1],
    [2, 0, 0, 7],
  ] as const) {
    const found = await checkpoint.read("float", [
      { begin: row, size: rows },
      { begin: column, size: columns },
    ]);
    const expected = tensors.float.numbers.filter((_, i) => {
      const [r, c] = [Math.floor(i / 7), i % 7];
      return r >= row && r < row + rows && c >= column && c < column + columns;
    });
    expect(found).toEqual(expected);
  }
  await checkpoint.close();
  await rm(join(path, "device-2.safetensors"));
  const partly = await openCheckpoint(path);
  const upper = [
    { begin: 0, size: 3 },
    { begin: 0, size: 7 },
  ];
  expect(await partly.read("float", upper)).toEqual(tensors.float.numbers.slice(0, 21));
  const lower = [
    { begin: 3, size: 2 },
    { begin: 0, size: 7 },
  ];
  await expect(partly.read("float", lower)).rejects.toMatchObject({
    code: "bad-file",
    message: expect.stringContaining("device-2.safetensors"),
  });
  await partly.close();
});

describe("what is wrong is said", () => {
  const messageOf = async (action: () => unknown): Promise<string> => {
    try {
      await action();
    } catch (error) {
      return (error as Error).message.replaceAll(folder, "FOLDER");
    }
    return "nothing wrong";
  };

  it("of a name, dims or dtype that are not the saved ones", async () => {
    const path = join(folder, "asked");
    await save(path, "a:2", { row: ["a"] });
    const checkpoint = await openCheckpoint(path);
    expect(await messageOf(() => checkpoint.source("flaot"))).toMatchInlineSnapshot(`
      "[bad-checkpoint] FOLDER/asked has no tensor 'flaot'.
        try  float"
    `);
    const devices = await simulator(defineMesh({}));
    const wrong = (dims: readonly Dimension[], dtype: DType) =>
      messageOf(() =>
        devices.put(placeholder(dims, dtype) as never, replicated, checkpoint.source("float")),
      );
    const [row, column] = [dimension("row", 5), dimension("column", 7)];
    expect(await wrong([row, dimension("column", 8)], "float32")).toMatchInlineSnapshot(`
      "[bad-checkpoint] FOLDER/asked holds other tensors than are wanted.
        float  saved as f32[row=5, column=7], wanted f32[row=5, column=8]"
    `);
    expect(await wrong([row, dimension("columns", 7)], "float32")).toMatchInlineSnapshot(`
      "[bad-checkpoint] FOLDER/asked holds other tensors than are wanted.
        float  saved as f32[row=5, column=7], wanted f32[row=5, columns=7]"
    `);
    expect(await wrong([row, column], "int32")).toMatchInlineSnapshot(`
      "[bad-checkpoint] FOLDER/asked holds other tensors than are wanted.
        float  saved as f32[row=5, column=7], wanted i32[row=5, column=7]"
    `);
    expect(await wrong([row], "float32")).toMatchInlineSnapshot(`
      "[bad-checkpoint] FOLDER/asked holds other tensors than are wanted.
        float  saved as f32[row=5, column=7], wanted f32[row=5]"
    `);
    await devices.close();
    await checkpoint.close();
  });

  it("of an input with other dims, by their names", async () => {
    const path = join(folder, "other dims");
    await save(path, "a:2", { row: ["a"] });
    const checkpoint = await openCheckpoint(path);
    const devices = await simulator(defineMesh({ a: 2 }));
    const read = async (...dims: Dimension[]) => {
      const whole = { split: {}, partial: [] };
      await devices.put(placeholder(dims), whole, checkpoint.source("float"));
    };
    // As many rows as columns are wanted of what has them the other way round.
    const turned = () => read(dimension("row", 7), dimension("column", 5));
    expect(await messageOf(turned)).toMatchInlineSnapshot(`
      "[bad-checkpoint] FOLDER/other dims holds other tensors than are wanted.
        float  saved as f32[row=5, column=7], wanted f32[row=7, column=5]"
    `);
    expect(await messageOf(() => read(dimension("row", 5), dimension("embd", 7)))).toContain(
      "other tensors than are wanted",
    );
    expect(await messageOf(() => read(dimension("both", 35)))).toContain(
      "other tensors than are wanted",
    );
    await devices.close();
    await checkpoint.close();
  });

  it("of files that are missing or damaged", async () => {
    const parts = join(folder, "no index");
    await save(parts, "a:1", {});
    await rm(join(parts, "checkpoint.json"));
    expect(await messageOf(() => openCheckpoint(parts))).toMatchInlineSnapshot(
      `"[bad-file] FOLDER/no index holds parts of a checkpoint, but no checkpoint.json: its saving was stopped, or the file is lost."`,
    );
    expect(await messageOf(() => openCheckpoint(join(folder, "none")))).toMatchInlineSnapshot(
      `"[bad-file] FOLDER/none/checkpoint.json cannot be read: ENOENT: no such file or directory, open 'FOLDER/none/checkpoint.json'."`,
    );
    const path = join(folder, "damaged");
    await save(path, "a:1", {});
    await truncate(join(path, "device-0.safetensors"), 300);
    const checkpoint = await openCheckpoint(path);
    expect(await messageOf(() => checkpoint.read("step"))).toMatchInlineSnapshot(`
      "[bad-file] FOLDER/damaged/device-0.safetensors is damaged: it has 300 bytes, not the 583 that were written.
        file    FOLDER/damaged/device-0.safetensors
        offset  byte 300"
    `);
    // A file that could not be opened is nothing to close.
    await checkpoint.close();
    const index = join(path, "checkpoint.json");
    const text = await readFile(index, "utf8");
    for (const broken of [text.slice(0, 100), "null", "{}"]) {
      await writeFile(index, broken);
      expect(await messageOf(() => openCheckpoint(path))).toMatch(
        /^\[bad-file\] .*checkpoint\.json/,
      );
    }
    // One that is newer is whole: nobody is to remove it as damaged.
    await writeFile(index, text.replace('"version": 3', '"version": 4'));
    expect(await messageOf(() => openCheckpoint(path))).toMatchInlineSnapshot(`
      "[bad-checkpoint] FOLDER/damaged is a checkpoint of version 4.
        known here  versions 1 to 3
        try         the program that wrote it"
    `);
  });
});

describe("saving", () => {
  it("replaces a checkpoint as a whole", async () => {
    const path = join(folder, "replaced");
    await save(path, "a:8", { row: ["a"] });
    await save(path, "a:1", {});
    expect((await readdir(path)).sort()).toEqual(["checkpoint.json", "device-0.1.safetensors"]);
    await save(path, "a:1", {});
    expect((await readdir(path)).sort()).toEqual(["checkpoint.json", "device-0.safetensors"]);
  });

  it("leaves what was there when it fails, and nothing half-written", async () => {
    const path = join(folder, "kept");
    await save(path, "a:2", { row: ["a"] });
    const [before, files] = [await readFile(join(path, "checkpoint.json")), await readdir(path)];
    const { held, close } = await put("a:2", {}, (name) => tensors[name].numbers);
    const saving = saveCheckpoint(path, held);
    held.truth!.dispose();
    await expect(saving).rejects.toThrow("it was disposed of");
    await close();
    expect(await readFile(join(path, "checkpoint.json"))).toEqual(before);
    expect(await readdir(path)).toEqual(files);
  });

  it("takes turns in one folder: what is there is whole, and of the last call", async () => {
    const path = join(folder, "turns");
    const states = [1, 2, 3, 4].map((k) =>
      put("a:3", { row: ["a"] }, (name) => {
        const { numbers } = tensors[name];
        return numbers instanceof Float32Array ? numbers.map((x) => k * x) : numbers;
      }),
    );
    const all = await Promise.all(states);
    await Promise.all(all.map(({ held }, i) => saveCheckpoint(path, held, { k: i + 1 })));
    const checkpoint = await openCheckpoint(path);
    expect(checkpoint.metadata).toEqual({ k: 4 });
    expect(await checkpoint.read("float")).toEqual(
      Float32Array.from(tensors.float.numbers, (x) => 4 * x),
    );
    await checkpoint.close();
    for (const { close } of all) await close();
    expect(await readdir(path)).toHaveLength(4);
  });

  it("goes on after one that failed", async () => {
    const path = join(folder, "after a failure");
    const { held, close } = await put("a:2", {}, (name) => tensors[name].numbers);
    const gone = await put("a:2", {}, (name) => tensors[name].numbers);
    const failing = saveCheckpoint(path, gone.held);
    gone.held.truth!.dispose();
    const saving = saveCheckpoint(path, held, { k: 2 });
    await expect(failing).rejects.toThrow("it was disposed of");
    await saving;
    const checkpoint = await openCheckpoint(path);
    expect(checkpoint.metadata).toEqual({ k: 2 });
    await checkpoint.close();
    await close();
    await gone.close();
  });

  it("takes the metadata as they are when it is called, and refuses what would come back changed", async () => {
    const path = join(folder, "metadata");
    const { held, close } = await put("a:2", {}, (name) => tensors[name].numbers);
    const metadata = { step: 1, notes: [null, "x", { deep: -0.5, none: undefined }] };
    const saving = saveCheckpoint(path, held, metadata);
    metadata.step = 2;
    await saving;
    const checkpoint = await openCheckpoint(path);
    expect(checkpoint.metadata).toEqual({ step: 1, notes: [null, "x", { deep: -0.5 }] });
    await checkpoint.close();
    const cycle: { a: unknown } = { a: 1 };
    cycle.a = [cycle];
    let deep: unknown = 1;
    for (let i = 0; i < 1000; i++) deep = [deep];
    for (const [wrong, where] of [
      [{ run: { loss: Number.NaN } }, "'run/loss' of the metadata is NaN"],
      [[1, Number.POSITIVE_INFINITY], "'1' of the metadata is Infinity"],
      [{ at: new Date(0) }, "'at' of the metadata is a Date"],
      [{ seen: new Map([[1, 2]]) }, "'seen' of the metadata is a Map"],
      [{ rates: Float32Array.of(1) }, "'rates' of the metadata is a Float32Array"],
      [{ next: () => 1 }, "'next' of the metadata is a function"],
      [new Array(2), "'0' of the metadata is undefined"],
      [{ at: 1n }, "'at' of the metadata is 1n"],
      [cycle, "'a/0' of the metadata is within itself"],
      [deep, "of the metadata lies more than 100 levels deep"],
    ]) {
      const refused = saveCheckpoint(path, held, wrong);
      await expect(refused).rejects.toMatchObject({ code: "bad-argument" });
      await expect(refused).rejects.toThrow(where as string);
    }
    await close();
  });

  it("leaves no folder where it fails before there was one", async () => {
    const path = join(folder, "never");
    const { held, close } = await put("a:2", {}, (name) => tensors[name].numbers);
    const saving = saveCheckpoint(path, held);
    held.truth!.dispose();
    await expect(saving).rejects.toThrow("it was disposed of");
    await close();
    expect(await readdir(folder)).not.toContain("never");
  });

  it("leaves the folder's other files alone", async () => {
    const path = join(folder, "shared");
    await mkdir(path);
    await writeFile(join(path, "notes.txt"), "mine");
    await save(path, "a:1", {});
    await save(path, "a:1", {});
    expect(await readFile(join(path, "notes.txt"), "utf8")).toBe("mine");
  });
});
