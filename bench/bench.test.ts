import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { defineMachine } from "mtf";
import { expect, test } from "vitest";
import { missingFrom } from "./lib/python.ts";
import { lines, positive, runner } from "./lib/tested.ts";

// Each benchmark, in sizes that take seconds: that it runs, and prints what it says it prints.

// Five systems, each loading an engine in a process of its own.
test("train-step: systems do the same work, and tell tokens a second", async () => {
  const systems = ["ours-1", "ours-2-data", "ours-2-model", "jax-js", "tfjs-wasm-explicit"];
  const found = await lines("train-step", "--systems", systems.join(","));
  expect(found).toEqual(
    systems.map((system) =>
      expect.objectContaining({ system, tokensPerSecond: positive, losses: [positive, positive] }),
    ),
  );
  const [first] = found[0]!.losses as number[];
  for (const { losses } of found) expect((losses as number[])[0]).toBeCloseTo(first!, 3);
}, 300_000);

test("lowering: about as many instructions for 2,048 devices as for 8", async () => {
  const found = await lines("lowering");
  const line = { milliseconds: positive, instructions: positive, collectives: positive };
  expect(found).toMatchObject([
    { ...line, devices: 8 },
    { ...line, devices: 2048 },
  ]);
  // What is worth moving depends on the mesh: a plan has a few collectives more or less.
  const [few, many] = found.map((f) => f.instructions as number);
  expect(Math.abs(many! / few! - 1)).toBeLessThan(0.1);
});

test("memory: workers hold what was planned", async () => {
  const [found] = await lines("memory");
  expect(found).toMatchObject({ planBytes: positive, peakBytes: positive, rssBytes: positive });
  expect(Math.abs((found!.ratio as number) - 1)).toBeLessThan(0.1);
});

test("profile: a step, a prompt, and tokens, by op and line", async () => {
  for (const what of ["step", "prompt", "tokens"]) {
    const [found] = await lines("profile", "--what", what);
    expect(found).toMatchObject({ what, devices: 2, milliseconds: positive });
    const row = { op: "einsum", line: expect.stringMatching(/\.ts:\d+$/), milliseconds: positive };
    expect(found!.rows).toContainEqual(expect.objectContaining(row));
  }
}, 120_000);

test("machine: figures that lower takes", async () => {
  const [found] = await lines("machine", "--mesh", "data:2");
  const link = { bandwidth: positive, latency: positive };
  expect(found).toEqual({ flops: positive, memory: positive, capacity: positive, link });
  expect(defineMachine(found as never)).toBe(found);
});

test("kernels: rates of each, and what products are held to", async () => {
  const found = await lines("kernels", "--cases", "256x256,relu");
  expect(found).toMatchObject([
    { mtf: { gflops: positive }, tfjs: { gflops: positive }, limit: { gflops: positive } },
    { name: "relu", mtf: { gigabytes: positive } },
  ]);
  expect(found[0]).toMatchObject({ ofLimit: positive });
});

test("collectives: each, beside copies of both workers", async () => {
  const found = await lines("collectives");
  const names = ["copies", "all-reduce", "reduce-scatter", "all-gather", "all-to-all", "exchange"];
  for (const collective of names) {
    expect(found).toContainEqual(
      expect.objectContaining({ collective, bytes: 4096, gigabytesPerSecond: positive }),
    );
  }
});

test("dispatch: microseconds an instruction on both runtimes", async () => {
  const found = await lines("dispatch");
  // Five programs on each.
  expect(found).toHaveLength(2 * 5);
  for (const line of found) {
    expect(line).toMatchObject({ microsecondsPerInstruction: positive, instructions: positive });
  }
});

test("moe: mixtures of experts beside a dense layer", async () => {
  const found = await lines("moe");
  const speed = { tokensPerSecond: positive, ofDense: positive };
  expect(found).toMatchObject([
    { ...speed, layer: "dense", ofDense: 1, dropped: 0 },
    { ...speed, layer: "1 expert", dropped: 0 },
    { ...speed, layer: "4 experts" },
    { ...speed, layer: "16 experts" },
  ]);
});

test("serve: tokens a second, and how long clients wait", async () => {
  const found = await lines("serve");
  const waits = { first: positive, first95: positive, between: positive, between95: positive };
  expect(found).toEqual(
    [1, 2].map((clients) => ({ clients, tokensPerSecond: positive, ...waits })),
  );
});

test("decode: tokens a second as weights rest, beside what memory allows", async () => {
  const systems = ["ours", "ours-bfloat16", "ours-int8"];
  const found = await lines("decode", "--systems", systems.join(","));
  const limits = { bytesPerSecond: positive, convertedPerSecond: positive };
  const line = { workers: 1, tokensPerSecond: positive, ofLimit: positive, ...limits };
  expect(found).toEqual(
    [1, 2].flatMap((batch) =>
      systems.map((system) =>
        expect.objectContaining({ ...line, batch, system, bytesPerPass: positive }),
      ),
    ),
  );
  const [wide, half, byte] = found.map(({ bytesPerPass }) => bytesPerPass as number);
  expect(half).toBe(wide! / 2);
  expect(byte).toBeLessThan(half!);
}, 120_000);

test("prefill: seconds to a first id, with a BLAS and without", async () => {
  const systems = ["ours", "ours-own"];
  expect(await lines("prefill", "--systems", systems.join(","))).toEqual(
    systems.map((system) =>
      expect.objectContaining({ workers: 1, batch: 1, system, seconds: positive }),
    ),
  );
}, 120_000);

test("loading: seconds to a first id from a process's start, beside reading the file", async () => {
  const found = await lines("loading", "--systems", "ours,ours-bfloat16");
  const [memory] = found;
  const times = { process: positive, model: positive, reading: positive };
  expect(found.slice(0, 2)).toEqual(
    ["ours", "ours-bfloat16"].map((system) => ({ workers: 1, file: "memory", system, ...times })),
  );
  expect(memory!.process).toBeGreaterThan(memory!.model as number);
}, 120_000);

// The benchmark fails where they do not begin texts with the same ids.
test.skipIf(missingFrom("python3", ["torch", "transformers"]))(
  "prefill: transformers finds the same first id",
  async () => {
    const systems = ["ours", "transformers"];
    expect(await lines("prefill", "--systems", systems.join(","))).toMatchObject(
      systems.map((system) => ({ system, seconds: positive })),
    );
  },
  120_000,
);

test("prefill: a peer that is not here is left out, loudly", async () => {
  const call = [runner, "prefill", "--systems", "ours,transformers", "--quick", "--json"];
  const env = { ...process.env, PATH: "" };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, call, { env });
  expect(stdout.trim().split("\n")).toHaveLength(1);
  expect(stderr).toContain("transformers is left out: python3 has no torch here");
}, 120_000);

test("draft: tokens a second with a draft and without, and how often it is right", async () => {
  const found = await lines("draft");
  expect(found).toHaveLength(2 * 2 * 2);
  for (const line of found) {
    expect(line).toMatchObject({ workers: 1, tokensPerSecond: positive, idsPerPass: positive });
    if (line.draft) expect(line.idsPerPass).toBeGreaterThan(1);
    else expect(line.idsPerPass).toBe(1);
  }
}, 60_000);

test("a wrong option is told, and help is there", async () => {
  const run = promisify(execFile);
  const wrong = run(process.execPath, [runner, "dispatch", "--round", "3"]);
  await expect(wrong).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining("--round"),
  });
  const help = await run(process.execPath, [runner, "collectives", "--help"]);
  expect(help.stdout).toContain("npm run bench -- collectives");
});
