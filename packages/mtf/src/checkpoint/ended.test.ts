import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type End, endedAfter } from "../../test/support/failing-disk.ts";
import { dimension } from "../dimension.ts";
import { defineLayout } from "../layout.ts";
import { defineMesh } from "../mesh.ts";
import { mul, ones } from "../ops/index.ts";
import { lower } from "../partition/lower.ts";
import type { Devices, Held } from "../runtime/devices.ts";
import { simulator } from "../simulator.ts";
import { tryAll } from "../testing/draws.ts";
import { writeAtomically } from "./safetensors/index.ts";
import { openModel, writeModel } from "./safetensors/model.ts";
import { isCheckpoint, openCheckpoint, removeCheckpoint, saveCheckpoint } from "./sharded/index.ts";

vi.mock("node:fs/promises", async (importOriginal) => {
  const { failingDisk } = await import("../../test/support/failing-disk.ts");
  return failingDisk(await importOriginal());
});

// A process that is killed takes its turns with it; here it would be waited for.
vi.mock("./sharded/turns.ts", () => ({
  inItsTurn: (_: string, save: () => Promise<unknown>) => save(),
}));

// What is written is ended at every call that changes the disk, by a kill and by errors. Then what is
// there is all old or all new, and the next writer leaves nothing of what was begun.

let folder = "";
let devices: Devices;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ended-"));
  devices = await simulator(mesh);
});
afterAll(async () => {
  await devices.close();
  await rm(folder, { recursive: true });
});

const mesh = defineMesh({ x: 2 });
const row = dimension("row", 6);

/** Something that a number is written as, into a folder. */
interface Written {
  write(path: string, number: number): Promise<void>;
  /** The number that is there whole; undefined where there is nothing. */
  read(path: string): Promise<number | undefined>;
}

const file: Written = {
  write: (path, number) =>
    writeAtomically(join(path, "file.txt"), async (to) => {
      await to.write(`${number}`);
      await to.write(" is the number");
    }),
  async read(path) {
    const text = await readFile(join(path, "file.txt"), "utf8").catch(() => undefined);
    expect(text ?? "0 is the number").toMatch(/^\d is the number$/);
    return text === undefined ? undefined : Number(text[0]);
  },
};

/** A model whose files are as many as `counts` says for a number. */
const model = (...counts: readonly number[]): Written => ({
  write: (path, number) => {
    const data = new Float32Array(4).fill(number);
    const tensors = Array.from({ length: 4 }, (_, i) => `t${i}`);
    const most = 16 * Math.ceil(4 / counts[number - 1]!);
    return writeModel(
      path,
      tensors.map((name) => ({ name, dtype: "F32", shape: [4], data })),
      { maxShardSize: most },
    );
  },
  async read(path) {
    const names = await readdir(path);
    if (!names.some((name) => /^model\.safetensors(\.index\.json)?$/.test(name))) return undefined;
    const opened = await openModel(path);
    const found = new Set<number>();
    for (const name of opened.tensors.keys()) {
      for (const x of await opened.read(name)) found.add(x);
    }
    expect(opened.tensors.size).toBe(4);
    await opened.close();
    expect(found.size).toBe(1);
    return [...found][0];
  },
});

const stateOf = (number: number) => ({
  split: mul(ones([row]), number),
  whole: mul(ones([]), number),
});

const checkpoint: Written = {
  async write(path, number) {
    const rules = number === 1 ? { row: "x" as const } : {};
    const layout = defineLayout({ dims: { row }, mesh, rules });
    const run = await devices.load(lower(() => stateOf(number), { layout, inputs: [] }));
    const state: Held<ReturnType<typeof stateOf>> = await run();
    await saveCheckpoint(path, state, { number });
  },
  async read(path) {
    if (!(await isCheckpoint(path))) return undefined;
    const opened = await openCheckpoint(path);
    const numbers = [...(await opened.read("split")), ...(await opened.read("whole"))];
    await opened.close();
    const { number } = opened.metadata as { number: number };
    expect(numbers).toEqual(Array(7).fill(number));
    return number;
  },
};

/** A disk that fails is one as good as another: `npm test` tries both kinds on what takes least. */
function endsFor(name: string): readonly End[] {
  return tryAll || name === "a file" ? ["killed", "ENOSPC", "EIO"] : ["killed", "ENOSPC"];
}

it.each<readonly [string, Written]>([
  ["a file", file],
  ["a model of a file", model(1, 1, 1)],
  ["a model of files, after one of a file", model(1, 4, 1)],
  ["a model of a file, after one of files", model(4, 1, 4)],
  ["a model of as many files as before", model(4, 4, 4)],
  ["a model of fewer files", model(4, 2, 4)],
  ["a checkpoint", checkpoint],
])("%s is old or new, wherever writing it ends", async (name, written) => {
  const fresh = await mkdtemp(join(folder, `${name} `));
  await written.write(fresh, 3);
  const files = (await readdir(fresh)).length;
  for (const how of endsFor(name)) {
    for (const before of [undefined, 1]) {
      for (let calls = 0; ; calls++) {
        const path = await mkdtemp(join(folder, `${name} `));
        if (before !== undefined) await written.write(path, before);
        const [there, number] = [await readdir(path), before === undefined ? 1 : 2];
        const ended = await endedAfter(calls, how, () => written.write(path, number));
        const found = await written.read(path);
        const told = `${how} after ${calls} calls, ${before} before`;
        expect([before, number], told).toContain(found);
        if (how !== "killed" && ended && found === before) {
          expect(await readdir(path), told).toEqual(there);
        }
        await written.write(path, 3);
        expect(await written.read(path), told).toBe(3);
        expect(await readdir(path), told).toHaveLength(files);
        if (ended) continue;
        expect(found).toBe(number);
        break;
      }
    }
  }
});

it("a checkpoint is whole or none, wherever removing it ends", async () => {
  for (let calls = 0, ended = true; ended; calls++) {
    const path = await mkdtemp(join(folder, "removed "));
    await checkpoint.write(path, 1);
    ended = await endedAfter(calls, "killed", () => removeCheckpoint(path));
    expect([1, undefined]).toContain(await checkpoint.read(path));
  }
});

it("a checkpoint is not replaced by one that cannot be read", async () => {
  const path = await mkdtemp(join(folder, "kept "));
  await checkpoint.write(path, 1);
  await writeFile(join(path, "mine.txt"), "mine");
  await expect(saveCheckpoint(path, {}, { at: 1n })).rejects.toMatchObject({
    code: "bad-argument",
  });
  expect(await checkpoint.read(path)).toBe(1);
});
