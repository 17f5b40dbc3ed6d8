import { afterAll, beforeAll, expect, it } from "vitest";
import { generate } from "../src/generate/generate.ts";
import { generateText } from "../src/generate/text.ts";
import { type LoadedModel, loadModel } from "../src/loaded-model.ts";
import { score } from "../src/score/score.ts";
import { fixture } from "./support/expected.ts";

// What types forbid, and JavaScript does not: nothing of it may look as if it had worked.

const folder = fixture("weights/safetensors/one");
let model: LoadedModel;
const one = { mesh: "data:1", runtime: "simulator" } as const;
beforeAll(async () => {
  model = await loadModel(folder, one);
});
afterAll(() => model.close());

/** What is refused: the sentence, without what to write instead. */
async function refusal(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    return (error as Error).message.split("\n")[0]!;
  }
  return "it worked";
}

async function all<T>(made: AsyncIterable<T>): Promise<readonly T[]> {
  const parts: T[] = [];
  for await (const part of made) parts.push(part);
  return parts;
}

const random = { kind: "random", temperature: 1, topK: 0, topP: 1 };

it.each([
  [{ maxNewTokens: Number.NaN }, "maxNewTokens is NaN, and must be a whole number"],
  [{ maxNewTokens: 1.5 }, "maxNewTokens is 1.5, and"],
  [{ maxNewTokens: -1 }, "maxNewTokens is -1, and"],
  [{ maxNewTokens: "5" }, 'maxNewTokens is "5", and'],
  [{ seed: 2 ** 40 }, "seed is 1099511627776, and must be a whole number from 0 to 2147483647."],
  [{ seed: 0.5 }, "seed is 0.5, and"],
  [{ sampling: {} }, "sampling is {}, and must be"],
  [{ sampling: null }, "sampling is null, and must be"],
  [{ sampling: { kind: "beams" } }, 'sampling is {"kind":"beams"}, and must be'],
  [{ sampling: { ...random, temperature: 0 } }, "sampling.temperature is 0, and must be above 0;"],
  [{ sampling: { kind: "random" } }, "sampling.temperature is undefined, and"],
  [{ sampling: { ...random, topK: -1 } }, "sampling.topK is -1, and"],
  [{ sampling: { ...random, topP: 2 } }, "sampling.topP is 2, and"],
  [{ endOfText: "x" }, 'endOfText is "x", and must be an id or a list of ids'],
  [{ signal: 5 }, "signal is 5, and must be an AbortSignal"],
  [null, "the options object is null, and must be"],
])("generate refuses %j", async (settings, sentence) => {
  const told = await refusal(() => all(generate(model, [1], settings as never)));
  expect(told).toContain(`[bad-argument] generate: ${sentence}`);
});

it("takes as many ids as there are", async () => {
  const begun = generate(model, [1], { maxNewTokens: Number.POSITIVE_INFINITY, endOfText: [] });
  for (let made = 0; made < 3; made++) expect((await begun.next()).done).toBe(false);
  await begun.return(undefined);
  expect(await all(generate(model, [1], { maxNewTokens: 0 }))).toEqual([]);
});

it("prompts and folders that are none are refused", async () => {
  const none = undefined as never;
  const holes = new Array(2) as never;
  expect([
    await refusal(() => all(generate(model, none))),
    await refusal(() => all(generate(model, holes))),
    await refusal(() => all(generateText(model, none))),
    await refusal(() => all(generateText(model, ["a"] as never))),
    await refusal(() => score(model, none, [[1]])),
    await refusal(() => score(model, [1], none)),
    await refusal(() => score(model, [1], "bc" as never)),
    await refusal(() => score(model, [1], [5] as never)),
    await refusal(() => loadModel(none)),
    await refusal(() => loadModel(folder, null as never)),
    await refusal(() => loadModel(folder, { ...one, context: 0 })),
  ]).toMatchInlineSnapshot(`
    [
      "[bad-argument] generate: the prompt is undefined, and must be a list of ids.",
      "[bad-argument] the prompt has undefined, which is no id of the model.",
      "[bad-argument] generateText: the prompt is undefined, and must be text.",
      "[bad-argument] generateText: the prompt is ["a"], and must be text.",
      "[bad-argument] score: the context is undefined, and must be text or a list of ids.",
      "[bad-argument] score: the list of continuations is undefined, and must be a list of texts, or of lists of ids.",
      "[bad-argument] score: the list of continuations is "bc", and must be a list of texts, or of lists of ids.",
      "[bad-argument] score: a continuation is 5, and must be text or a list of ids.",
      "[bad-argument] loadModel: the folder is undefined, and must be a path.",
      "[bad-argument] loadModel: the options object is null, and must be an object of names and values.",
      "[bad-argument] loadModel: context is 0, and must be a whole number from 1 on.",
    ]
  `);
});
