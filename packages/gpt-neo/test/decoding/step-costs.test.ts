import { defineMesh, ledger, lower, memoryPlan } from "mtf";
import { expect, it } from "vitest";
import { parseConfig } from "../../src/config/index.ts";
import { extending } from "../../src/generate/extend.ts";
import { modelOf } from "../../src/models/index.ts";
import { layoutOf } from "../../src/session.ts";
import { layouts } from "../hugging-face/layouts.ts";

const config = parseConfig({
  ...{ hidden_size: 24, num_layers: 2, num_heads: 3, vocab_size: 31 },
  ...{ max_position_embeddings: 2048, window_size: 2048 },
  attention_types: [[["global", "local"], 1]],
});
const model = modelOf(config);

it.each(Object.entries(layouts))("a step moves and copies nothing of a cache, %s", (_, at) => {
  const [short, long] = [512, 1024].map((memory) => {
    const dims = model.dims(config, 2, 1, memory);
    const layout = layoutOf(at, defineMesh(at.mesh), dims);
    const [fn, rest, donate = []] = extending(config, dims);
    const inputs = [model.placeholders(config, dims), ...rest] as const;
    const { program } = lower(fn, { layout, inputs, donate });
    const { inputBytes, peakBytes } = memoryPlan(program);
    return { moved: ledger(program).bytes, inputBytes, held: peakBytes - inputBytes };
  });
  // Of the inputs, only the cache grows.
  const cache = long!.inputBytes - short!.inputBytes;
  // Where it costs less, other small values are moved.
  expect(Math.abs(long!.moved - short!.moved)).toBeLessThan(cache / 64);
  // Masks and scores grow. Any of the four tensors of the cache would be a quarter.
  expect(long!.held - short!.held).toBeLessThan(cache / 8);
});
