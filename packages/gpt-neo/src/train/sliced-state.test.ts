import { dimension, ledger, lower, memoryPlan, placeholder } from "mtf";
import { describe, expect, it } from "vitest";
import { type Config, parseConfig, presets } from "../config/index.ts";
import { dimsOf } from "../models/index.ts";
import { layoutOf, meshOf, type SessionOptions } from "../session.ts";
import { slicedState } from "./sliced-state.ts";
import { statePlaceholders, trainingStep } from "./step.ts";

const model = { hidden_size: 256, num_layers: 2, num_heads: 8, vocab_size: 1000 };
const config = parseConfig({
  ...model,
  max_position_embeddings: 64,
  attention_types: [[["global"], 2]],
});

function layouts(options: SessionOptions, of: Config = config) {
  const { batch_size } = of.training;
  const dims = dimsOf(of, batch_size, 64);
  const plain = layoutOf(options, meshOf(options, batch_size), dims);
  return { dims, plain, sliced: slicedState(plain, of, dims) };
}

function sliced(options: SessionOptions, of?: Config): unknown {
  const { plain, sliced } = layouts(options, of);
  return sliced === plain ? "as it was" : sliced.storage;
}

describe("what the optimizer keeps", () => {
  it("rests in slices of what does not make short runs, along the batch's axes", () => {
    const rules = [
      ["vocab", ["data"]],
      ["heads", ["data"]],
      ["ff", ["data"]],
    ];
    expect(sliced({ mesh: "data:2" })).toEqual([
      { path: "mean", rules },
      { path: "variance", rules },
    ]);
  });

  it("is split further where the parameters are split along others", () => {
    expect(sliced({ mesh: "data:2,model:2" })).toMatchObject([
      {
        rules: [
          ["vocab", ["model", "data"]],
          ["heads", ["model", "data"]],
          ["ff", ["model", "data"]],
        ],
      },
      {},
    ]);
  });

  it("is not split into more slices than a dim has elements", () => {
    expect(sliced({ mesh: "data:16" })).toMatchObject([
      {
        rules: [
          ["vocab", ["data"]],
          ["ff", ["data"]],
        ],
      },
      {},
    ]);
  });

  it("stays with parameters that the batch's axes split already", () => {
    const options = { mesh: "data:2", layout: "batch:data,vocab:data" };
    expect(sliced(options)).toMatchObject([
      {
        rules: [
          ["vocab", ["data"]],
          ["heads", ["data"]],
          ["ff", ["data"]],
        ],
      },
      {},
    ]);
  });

  it.each<[string, SessionOptions, object]>([
    ["one device along the batch", { mesh: "data:1,model:2" }, {}],
    ["no axis of the batch", { mesh: "model:2" }, {}],
    ["storage that is written", { mesh: "data:2", storage: "embd:data" }, {}],
    ["whole matrices in each step", { mesh: "data:2" }, { optimizer: "muon" }],
  ])("rests as it was with %s", (_, options, training) => {
    const { training: usual, ...rest } = config;
    const other = { ...rest, training: { ...usual, ...training } } as Config;
    expect(sliced(options, other)).toBe("as it was");
  });

  it("rests whole in a model of small matrices, which settle together", () => {
    expect(sliced({ mesh: "data:2" }, parseConfig(presets.tiny!))).toBe("as it was");
  });

  it("takes less room then, and as much to move", () => {
    const { dims, plain, sliced } = layouts({ mesh: "data:2" });
    const rows = placeholder([dims.batch, dimension("microbatch", 1), dims.length], "int32");
    const inputs = [statePlaceholders(config, dims), rows, rows] as const;
    const [before, after] = [plain, sliced].map((layout) => {
      const { program } = lower(trainingStep(config, dims), { layout, inputs, donate: [0] });
      return { moved: ledger(program).bytes, state: memoryPlan(program).inputBytes };
    });
    expect(after!.moved / before!.moved).toBeLessThan(1.01);
    // A third of the state is parameters; of the rest a device has half.
    expect(after!.state / before!.state).toBeCloseTo(2 / 3, 1);
  });
});
