import { setTimeout } from "node:timers/promises";
import { generateAll } from "../../src/generate/all.ts";
import { noiseAt } from "../../src/generate/noise.ts";
import { perturbed } from "../../src/generate/sample.ts";
import type { ServedModel } from "../../src/serve/served-model.ts";
import type { Served } from "./served.ts";

/** A request, and the text that it is answered with whatever else is asked. */
export interface Sure {
  readonly request: {
    readonly model: string;
    readonly prompt: string;
    readonly max_tokens: number;
    readonly temperature: number;
    readonly seed: number;
  };
  readonly text: string;
}

/** What became of requests. */
export interface Soaked {
  readonly whole: number;
  readonly streamed: number;
  readonly canceled: number;
  /** Answers that are not what they must be. */
  readonly wrong: readonly string[];
}

/** Numbers from 0 to 1 that look like chance. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Requests in which every choice is clear: however a batch rounds, the same ids are chosen. */
export async function sureRequests(model: ServedModel, count: number): Promise<readonly Sure[]> {
  const draw = numbers(1);
  const sure: Sure[] = [];
  while (sure.length < count) {
    const prompt = Array.from({ length: 1 + Math.floor(70 * draw() ** 2) }, () =>
      String.fromCharCode(97 + Math.floor(26 * draw())),
    ).join("");
    const [seed, temperature] = [Math.floor(1e6 * draw()), draw() < 0.3 ? 0 : 0.7];
    const max_tokens = 1 + Math.floor(24 * draw());
    const ids = [...model.tokenizer.encode(prompt)];
    const [texts] = await generateAll(model, [ids], {
      ...{ maxNewTokens: max_tokens, seed, outputScores: true },
      ...(temperature === 0 ? { doSample: false } : { temperature }),
    });
    const { chosen, ids: made } = texts![0]!;
    const clear = chosen.every(({ scores }, i) => {
      const noise = noiseAt(seed, ids.length + i - 1, 0, scores!.length);
      const sorted = (
        temperature === 0 ? scores!.slice() : perturbed(scores! as never, noise)
      ).sort();
      return sorted.at(-1)! - sorted.at(-2)! > 1e-3;
    });
    const text = model.tokenizer.decode(made);
    const request = { model: model.name, prompt, max_tokens, temperature, seed };
    if (clear) sure.push({ request, text });
  }
  return sure;
}

/** Sends requests, some at once; gives some of them up at any time. */
export async function soak(
  { client }: Served,
  sure: readonly Sure[],
  count: number,
  seed = 7,
): Promise<Soaked> {
  const draw = numbers(seed);
  const wrong: string[] = [];
  const done = { whole: 0, streamed: 0, canceled: 0 };
  let sent = 0;

  async function one(): Promise<void> {
    const { request, text } = sure[Math.floor(draw() * sure.length)]!;
    const [kind, until] = [draw(), Math.floor(draw() * 12)];
    if (kind < 0.35) {
      const { choices } = await client.completions.create(request);
      if (choices.length !== 1 || choices[0]!.text !== text) wrong.push(choices[0]!.text);
      done.whole++;
      return;
    }
    if (kind < 0.5) {
      const controller = new AbortController();
      const { signal } = controller;
      const asked = client.completions.create(request, { signal }).catch(() => undefined);
      await setTimeout(until);
      controller.abort();
      const answer = await asked;
      if (answer && answer.choices[0]!.text !== text) wrong.push(answer.choices[0]!.text);
      done.canceled++;
      return;
    }
    const stream = await client.completions.create({ ...request, stream: true });
    let [made, pieces, ends] = ["", 0, 0];
    for await (const { choices } of stream) {
      made += choices[0]!.text;
      if (choices[0]!.finish_reason) ends++;
      // The client closes the connection of a stream that is not read to its end.
      if (kind < 0.75 && ++pieces > until) break;
    }
    if (kind < 0.75 && pieces > until) {
      if (!text.startsWith(made)) wrong.push(made);
      done.canceled++;
      return;
    }
    if (made !== text || ends !== 1) wrong.push(made);
    done.streamed++;
  }

  async function sends(): Promise<void> {
    while (sent++ < count) await one();
  }
  await Promise.all(Array.from({ length: 24 }, sends));
  return { ...done, wrong };
}
