import { printMesh } from "mtf";
import { describe, expect, it } from "vitest";
import { asTyped } from "../cli/as-typed.ts";
import { parseConfig, presets, readConfig, withTraining } from "../config/index.ts";
import { scoring } from "../eval/evaluator.ts";
import { longest } from "../generate/extend.ts";
import { placeRun } from "../train/place-run.ts";
import { type ChooseMesh, type Machine, meshesFor, meshFor } from "./index.ts";

const gibibyte = 2 ** 30;
const laptop: Machine = { cores: 8, memoryBytes: 16 * gibibyte };
const server: Machine = { cores: 64, memoryBytes: 512 * gibibyte };
// As large as those of 125 million and 1.3 billion parameters, but of fewer layers, which are wider:
// their programs are made sooner.
const sized = (hidden_size: number, num_layers: number) =>
  parseConfig({
    ...{ hidden_size, num_layers, num_heads: hidden_size / 128, max_position_embeddings: 2048 },
    attention_types: [[["global"], num_layers]],
  });
const [small, large] = [sized(2048, 1), sized(5120, 3)];
const run = (config: typeof small, more: object = {}) =>
  withTraining(config, { context: 256, batch_size: 8, ...more });

/** What exactly a program needs is the partitioner's business. */
const masked = (text: string): string => text.replace(/\d+\.\d [GM]iB/g, "# GiB");

function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return masked((error as Error).message);
  }
  return "none";
}

/** What is advised, as options. */
function advised(error: string): Parameters<typeof placeRun>[0] & { parts?: number } {
  const words = asTyped(/try +(.*)/.exec(error)![1]!).split(" ");
  const after = (name: string) =>
    words.includes(name) ? words[words.indexOf(name) + 1] : undefined;
  const parts = after("--grad-accumulation");
  const storage = after("--storage");
  return {
    mesh: after("--mesh")!,
    ...(storage !== undefined && { storage }),
    ...(parts !== undefined && { parts: Number(parts) }),
  };
}

describe("meshesFor", () => {
  it("has the usual one first, then those that split the model more, fewer and more devices", () => {
    expect(meshesFor(4, 4).map(printMesh).join(" ")).toMatchInlineSnapshot(
      `"data:4 data:2,model:2 model:4 data:2 model:2 data:1 data:4,model:2 data:2,model:4 model:8 data:4,model:4 data:2,model:8 model:16 data:4,model:8 data:2,model:16 model:32"`,
    );
    expect(meshesFor(1, 1).map(printMesh).join(" ")).toMatchInlineSnapshot(
      `"data:1 model:2 model:4 model:8 model:16 model:32"`,
    );
  });
});

describe("a run without a mesh", () => {
  it("is on all cores where it fits", () => {
    const { mesh, told } = placeRun({}, parseConfig(presets.tiny), laptop);
    expect([printMesh(mesh), told]).toEqual(["data:8", []]);
  });

  it("splits the model as far as it must, and says so", () => {
    const { mesh, told } = placeRun({}, run(small), { ...laptop, memoryBytes: 7 * gibibyte });
    expect(printMesh(mesh)).toMatchInlineSnapshot(`"data:4,model:2"`);
    expect(told.map(masked)).toMatchInlineSnapshot(`
      [
        "data:8 needs # GiB per device, # GiB in all: takes data:4,model:2",
      ]
    `);
    const big = placeRun({}, run(large), server);
    expect(printMesh(big.mesh)).toMatchInlineSnapshot(`"data:2,model:4"`);
  });

  it("is refused where no mesh is enough", () => {
    expect(refusal(() => placeRun({}, run(large), laptop))).toMatchInlineSnapshot(`
      "[out-of-memory] this machine is too small for mesh data:8.
        per device  # GiB; a WebAssembly heap holds # GiB, of tensors about # GiB, too much
        in all      # GiB; this machine has # GiB, too much
        workers     8; 8 cores can serve 64
        the least   # GiB in all, whatever the mesh is"
    `);
  });
});

describe("a mesh that is asked for", () => {
  it("is taken where it fits, whatever else would", () => {
    const { mesh, told } = placeRun({ mesh: "model:2" }, run(small), laptop);
    expect([printMesh(mesh), told]).toEqual(["model:2", []]);
  });

  it("is refused with the figures and with what fits, which is so", () => {
    const tpus = { mesh: "x:64,y:4", layout: "batch:x,embd:y" };
    const config = run(small, { ...tpus, batch_size: 64 });
    const error = refusal(() => placeRun({}, config, laptop));
    expect(error).toMatchInlineSnapshot(`
      "[out-of-memory] this machine is too small for mesh x:64,y:4, as the config says.
        per device  # GiB; a WebAssembly heap holds # GiB, of tensors about # GiB
        in all      # GiB; this machine has # GiB, too much
        workers     256; 8 cores can serve 64, too much
        try         \`mesh: "data:8"\`"
    `);
    const { parts, ...at } = advised(error);
    const accumulated = withTraining(config, { grad_accumulation: parts });
    const { mesh, told, notes } = placeRun(at, accumulated, laptop);
    expect([printMesh(mesh), told]).toEqual([at.mesh, []]);
    expect(notes).toEqual([`layout batch:x,embd:y is for another mesh than ${at.mesh}: left out`]);
  });

  it("is refused where only what lies between tensors has no room", async () => {
    // This is planned at 3.8 GiB of 4. One of 3,443 MiB ran.
    const { config } = await readConfig(
      `${import.meta.dirname}/../../test/fixtures/config/neox/small.yml`,
    );
    const at = { mesh: "data:2,model:2", storage: "embd:data" };
    const tried = withTraining(config, { batch_size: 26 });
    const error = refusal(() => placeRun(at, tried, server));
    expect(error).toMatchInlineSnapshot(`
      "[out-of-memory] this machine is too small for mesh data:2,model:2, as \`mesh\` says.
        per device  # GiB; a WebAssembly heap holds # GiB, of tensors about # GiB, too much
        in all      # GiB; this machine has # GiB
        workers     4; 64 cores can serve 512
        try         \`mesh: "data:8"\`"
    `);
  });

  it("of far too many workers is refused, but for a simulation", () => {
    const config = parseConfig(presets.tiny);
    const mesh = "data:16,model:64";
    expect(refusal(() => placeRun({ mesh }, config, laptop))).toMatchInlineSnapshot(`
      "[bad-mesh] this machine is too small for mesh data:16,model:64, as \`mesh\` says.
        per device  # GiB; a WebAssembly heap holds # GiB, of tensors about # GiB
        in all      # GiB; this machine has # GiB
        workers     1024; 8 cores can serve 64, too much
        try         \`mesh: "data:8"\`"
    `);
    expect(printMesh(placeRun({ mesh, runtime: "simulator" }, config, laptop).mesh)).toBe(mesh);
  });

  it("of simulated devices has one heap for all", () => {
    const at = { mesh: "data:8", runtime: "simulator" } as const;
    expect(refusal(() => placeRun(at, run(small), server))).toContain(
      "its WebAssembly heap holds # GiB, of tensors about # GiB, too much",
    );
    const plain = { ...at, backend: "cpu" } as const;
    expect(printMesh(placeRun(plain, run(small), server).mesh)).toBe("data:8");
  });
});

describe("a model", () => {
  const use = {
    generate: { devices: 1, rows: () => 1, byChunks: true, build: longest },
    evaluate: {
      devices: 8,
      rows: (mesh: { readonly size: number }) => mesh.size,
      build: (...args: Parameters<typeof longest>) => scoring(...args, false),
    },
  };
  const on = (choose: ChooseMesh, config = large): readonly string[] => {
    const { mesh, told } = choose(config, 512);
    return [printMesh(mesh), ...told.map(masked)];
  };

  it("is split over the cores to generate where its weights are many", () => {
    const tiny = parseConfig(presets.tiny);
    expect(on(meshFor({}, use.generate, laptop), small)).toEqual(["model:8"]);
    expect(on(meshFor({}, use.generate, { ...laptop, cores: 2 }), small)).toEqual(["model:2"]);
    expect(on(meshFor({}, use.generate, server), sized(1536, 6))).toEqual(["model:6"]);
    expect(on(meshFor({}, use.generate, laptop), tiny)).toEqual(["data:1"]);
    expect(on(meshFor({}, use.generate, { ...laptop, cores: 1 }), small)).toEqual(["data:1"]);
    const others = [
      { backend: "webgpu" },
      { layout: "batch:data" },
      { deterministic: true },
    ] as const;
    for (const options of others) {
      expect(on(meshFor(options, use.generate, laptop), small)).toEqual(["data:1"]);
    }
  });

  // Bits that are the same on every machine are those of as few devices as there can be.
  const same = { deterministic: true };

  it("takes as many devices as it needs to generate", () => {
    expect(on(meshFor(same, use.generate, laptop))).toMatchInlineSnapshot(`
      [
        "model:2",
        "data:1 needs # GiB per device: takes model:2",
      ]
    `);
  });

  it("takes more for a draft beside it", () => {
    const [alone, beside] = [sized(4096, 3), sized(4096, 2)];
    expect(on(meshFor(same, use.generate, laptop), alone)).toEqual(["data:1"]);
    expect(on(meshFor(same, { ...use.generate, beside }, laptop), alone)).toMatchInlineSnapshot(`
      [
        "model:2",
        "data:1 needs # GiB per device: takes model:2",
      ]
    `);
  });

  it("whose weights rest narrow needs fewer", () => {
    const options = { ...same, dtype: "bfloat16" as const };
    expect(on(meshFor(options, use.generate, laptop))).toEqual(["data:1"]);
  });

  it("takes a mesh on which it can be evaluated", () => {
    expect(on(meshFor({}, use.evaluate, laptop), small)).toEqual(["data:8"]);
    expect(on(meshFor({}, use.evaluate, laptop))).toMatchInlineSnapshot(`
      [
        "data:2,model:4",
        "data:8 needs # GiB per device, # GiB in all: takes data:2,model:4",
      ]
    `);
  });

  it("is refused on a mesh that is too small", () => {
    const choose = meshFor({ mesh: "data:2" }, use.generate, laptop);
    expect(refusal(() => on(choose))).toMatchInlineSnapshot(`
      "[out-of-memory] this machine is too small for mesh data:2, as \`mesh\` says.
        per device  # GiB; a WebAssembly heap holds # GiB, of tensors about # GiB, too much
        in all      # GiB; this machine has # GiB
        workers     2; 8 cores can serve 64
        try         \`mesh: "model:8"\`"
    `);
    expect(on(meshFor({ mesh: "model:2" }, use.generate, laptop))).toEqual(["model:2"]);
  });
});
