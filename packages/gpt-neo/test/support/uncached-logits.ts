import type { Run } from "mtf/simulator";
import type { Built } from "../../src/built.ts";
import type { LoadedModel } from "../../src/loaded-model.ts";
import { type Forward, modelOf, type Parameters } from "../../src/models/index.ts";
import { paddedLength } from "../../src/padded-length.ts";
import { type Rows, rowsOf } from "../../src/rows.ts";

type Asked = Pick<LoadedModel, "config" | "context" | "parameters" | "program">;
type Logits = Forward["logits"];

/** What gives the logits of what follows a row of ids, computed of all of it alone. */
export function uncachedLogits({
  config,
  context,
  parameters,
  program,
}: Asked): (ids: readonly number[]) => Promise<Float32Array> {
  const runs = new Map<number, Promise<Run<readonly [Parameters, Rows], Logits>>>();
  return async (ids) => {
    const seen = ids.slice(-context);
    const length = paddedLength(seen.length, context);
    const loaded =
      runs.get(length) ??
      program(length, (dims): Built<readonly [Rows], Logits> => {
        const model = modelOf(config);
        return [(p, tokens) => model.forward(config, dims, p, tokens).logits, [rowsOf(dims)]];
      });
    runs.set(length, loaded);
    const run = await loaded;
    const tokens = new Int32Array(length);
    tokens.set(seen);
    const logits = await run(parameters, tokens);
    const vocab = config.vocab_size;
    const last = { begin: seen.length - 1, size: 1 };
    const numbers = await logits.readBox([{ begin: 0, size: 1 }, last, { begin: 0, size: vocab }]);
    logits.dispose();
    return numbers as Float32Array;
  };
}
