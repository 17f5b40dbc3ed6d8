import type { Tensor } from "mtf";
import type { LoadedModel } from "../loaded-model.ts";
import { paddedLength } from "../padded-length.ts";
import type { NextLogits, Row } from "./next-logits.ts";
import { type ChoosingArguments, choosing } from "./next-token.ts";

type Model = Pick<LoadedModel, "config" | "context" | "parameters" | "program">;

/** Logits by a pass over all ids of every row. Programs are loaded when rows are more or longer. */
export function fullPrefix(model: Model): NextLogits {
  let [count, length] = [0, 0];
  let run: Awaited<ReturnType<typeof load>> | undefined;

  /** A program for at least as many rows of at least as many ids. */
  async function programFor(rows: number, ids: number): Promise<Awaited<ReturnType<typeof load>>> {
    if (run && rows <= count && ids <= length) return run;
    await run?.unload();
    run = undefined;
    count = Math.max(rows, count);
    length = Math.max(paddedLength(ids, model.context), length);
    run = await load(model, count, length);
    return run;
  }

  return {
    async next(rows: readonly Row[]): Promise<readonly Float32Array[]> {
      const seen = rows.map(({ ids }) => ids.slice(-model.context));
      const program = await programFor(rows.length, Math.max(...seen.map((ids) => ids.length)));
      const tokens = new Int32Array(count * length);
      const last = new Int32Array(count);
      for (const [row, ids] of seen.entries()) {
        tokens.set(ids, row * length);
        last[row] = ids.length - 1;
      }
      const logits = await program(model.parameters, tokens, last);
      const numbers = await logits.read();
      logits.dispose();
      const vocab = model.config.vocab_size;
      return rows.map((_, row) => numbers.subarray(row * vocab, (row + 1) * vocab));
    },
    async close() {
      await run?.unload();
      run = undefined;
    },
  };
}

function load(model: Model, rows: number, length: number) {
  return model.program<ChoosingArguments, Tensor<"batch" | "vocab">>(
    length,
    (dims) => choosing(model.config, dims),
    rows,
  );
}
