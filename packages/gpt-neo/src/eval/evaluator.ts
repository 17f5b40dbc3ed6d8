import type { Run } from "mtf/simulator";
import type { Config } from "../config/index.ts";
import type { LoadedModel } from "../loaded-model.ts";
import type { Dims, Parameters } from "../models/index.ts";
import { paddedLength } from "../padded-length.ts";
import { padRows, type Rows, rowsOf } from "../rows.ts";
import { type Scored, scoringStep } from "../scoring-step.ts";
import type { Window } from "./windows.ts";

/** What a batch of windows comes to. */
export interface Scores {
  /** Nats, summed over the predictions. */
  readonly loss: number;
  readonly tokens: number;
  /** `[windows, length, vocab]`, where they were asked for. */
  readonly logits?: Float32Array;
}

type Loaded = Run<readonly [Parameters, Rows, Rows], Scored>;

/** What scores windows, with the programs that it has loaded for their lengths. */
export interface Evaluator {
  /**
   * Scores a batch of windows, at most as many as there are rows. With a length, it gives the logits
   * of that many positions too.
   */
  score(windows: readonly Window[], length?: number): Promise<Scores>;
  /** Forgets the programs. */
  unload(): Promise<void>;
}

export function evaluator(model: LoadedModel, rows: number): Evaluator {
  const programs = new Map<number, Promise<Loaded>>();
  const score: Evaluator["score"] = async (windows, length) => {
    const longest = Math.max(...windows.map((window) => window.tokens.length));
    const padded = paddedLength(length ?? longest, model.context);
    const loaded = programs.get(padded) ?? load(model, rows, padded, length !== undefined);
    programs.set(padded, loaded);
    const run = await loaded;
    const { tokens, labels } = padRows(windows, rows, padded);
    const [loss, count, logits] = await run(model.parameters, tokens, labels);
    const scores = { loss: await loss.number(), tokens: await count.number() };
    if (!logits || length === undefined) return scores;
    const vocab = { begin: 0, size: model.config.vocab_size };
    const box = [{ begin: 0, size: windows.length }, { begin: 0, size: length }, vocab];
    const numbers = await logits.readBox(box);
    logits.dispose();
    for (const [row, window] of windows.entries()) {
      const end = (row + 1) * length * vocab.size;
      numbers.fill(0, (row * length + window.tokens.length) * vocab.size, end);
    }
    return { ...scores, logits: numbers };
  };
  const unload = async () => {
    for (const program of programs.values()) await (await program).unload();
    programs.clear();
  };
  return { score, unload };
}

function load(
  model: LoadedModel,
  rows: number,
  length: number,
  withLogits: boolean,
): Promise<Loaded> {
  const build = (dims: Dims) => scoring(model.config, dims, withLogits);
  return model.program<readonly [Rows, Rows], Scored>(length, build, rows);
}

/** What scores rows, and what it takes beside parameters. */
export function scoring(
  config: Config,
  dims: Dims,
  withLogits: boolean,
): [(parameters: Parameters, tokens: Rows, labels: Rows) => Scored, readonly [Rows, Rows]] {
  return [scoringStep(config, dims, withLogits), [rowsOf(dims), rowsOf(dims)]];
}
