import { describe, expect, it } from "vitest";
import { type GeneratedSequence, generateAll } from "../src/generate/all.ts";
import { generate } from "../src/generate/generate.ts";
import { generateText } from "../src/generate/text.ts";
import { loadModel } from "../src/loaded-model.ts";
import { few, layouts, someOf } from "./hugging-face/layouts.ts";
import { callHere, resultOf } from "./support/cli.ts";
import { fixture } from "./support/expected.ts";

const model = fixture("weights/safetensors/one");

async function idsOf(...options: readonly string[]): Promise<readonly number[]> {
  const args = ["--model", model, "--runtime", "simulator", "--json", "--max-new-tokens", "12"];
  return resultOf<{ ids: number[] }>(await callHere("generate", ...args, ...options)).ids;
}

// The model is random and its logits are far apart: it takes some heat to see chance at work.
const random = ["--input-ids", "73,63,47", "--seed", "7", "--temperature", "2"];

const drawn = "73,63,47,84,84,84,72,86,39,66,32,59,59,68,72";
const drawnFromFew = "73,63,47,84,84,84,72,84,84,89,32,30,71,84,66";

it.each(someOf(Object.keys(layouts), few))(
  "generate draws the same ids on every layout, %s",
  async (name) => {
    const { mesh, layout, storage } = layouts[name]!;
    const where = ["--mesh", mesh, "--layout", layout, ...(storage ? ["--storage", storage] : [])];
    expect((await idsOf(...random, ...where)).join()).toBe(drawn);
    const filtered = ["--top-k", "20", "--top-p", "0.9"];
    expect((await idsOf(...random, ...filtered, ...where)).join()).toBe(drawnFromFew);
  },
);

it("generate follows its seed", async () => {
  const mesh = ["--mesh", "data:1"];
  const seven = await idsOf(...random, ...mesh);
  expect(await idsOf(...random, ...mesh)).toEqual(seven);
  const eight = await idsOf(
    "--input-ids",
    "73,63,47",
    "--seed",
    "8",
    "--temperature",
    "2",
    ...mesh,
  );
  expect(eight).not.toEqual(seven);
  const greedy = await idsOf("--input-ids", "73,63,47", "--greedy", ...mesh);
  expect(await idsOf("--input-ids", "73,63,47", "--top-k", "1", ...mesh)).toEqual(greedy);
  const cold = ["--temperature", "0", "--seed", "8"];
  expect(await idsOf("--input-ids", "73,63,47", ...cold, ...mesh)).toEqual(greedy);
});

it("generate slides beyond the model's positions", async () => {
  const ids = Array.from({ length: 40 }, (_, i) => (i * 11) % 97);
  const asked = ["--greedy", "--slide", "--mesh", "data:1"];
  const made = await idsOf("--input-ids", ids.join(), ...asked);
  expect(made.slice(0, 40)).toEqual(ids);
  const last = await idsOf("--input-ids", ids.slice(-32).join(), ...asked);
  expect(made.slice(40)).toEqual(last.slice(32));
});

it("generate makes a new text each time, and tells the seed that makes it again", async () => {
  const here = [
    "generate",
    "--model",
    model,
    "--runtime",
    "simulator",
    "--mesh",
    "data:1",
    "--json",
  ];
  const hot = ["--input-ids", "73,63,47", "--temperature", "2", "--max-new-tokens", "12"];
  const [one, other] = [await callHere(...here, ...hot), await callHere(...here, ...hot)];
  const [first, second] = [one, other].map((called) => resultOf<Text>(called));
  expect(first!.ids).not.toEqual(second!.ids);
  expect(one.stderr).toContain(`seed ${first!.seed}\n`);
  const again = await callHere(...here, ...hot, "--seed", `${first!.seed}`);
  expect(resultOf<Text>(again)).toEqual(first);
  expect(again.stderr).not.toContain("seed");
  // Where nothing is drawn, there is none.
  const greedy = await callHere(...here, "--input-ids", "73", "--greedy", "--max-new-tokens", "2");
  expect(greedy.stderr).not.toContain("seed");
  expect(resultOf<Text>(greedy).seed).toBeUndefined();
});

interface Text {
  readonly ids: readonly number[];
  readonly text?: string;
  readonly ending: string;
  readonly seed?: number;
  readonly score?: number;
  readonly sequences?: readonly Text[];
  readonly logprobs?: readonly {
    readonly id: number;
    readonly token: string;
    readonly logprob: number;
    readonly likeliest: readonly { readonly id: number; readonly logprob: number }[];
  }[];
}

describe("from text", () => {
  const large = fixture("hugging-face/gpt-neo-50257");
  const at = ["--tokenizer", "gpt2", "--mesh", "data:1", "--runtime", "simulator"];
  const called = (...options: readonly string[]) =>
    callHere("generate", "--model", large, ...at, "--max-new-tokens", "8", ...options);
  const asked = async (...options: readonly string[]) =>
    resultOf<Text>(await called("--json", ...options));

  it("ends where a text is written, across ids, which is left out", async () => {
    const whole = await asked("--prompt", "Call me", "--greedy");
    expect(whole).toMatchObject({
      text: "Call me exerted exerted exerted arch arch arch arch arch",
      ending: "length",
    });
    const cut = await asked("--prompt", "Call me", "--greedy", "--stop", "none", "ted arch");
    expect(cut).toMatchObject({ text: "Call me exerted exerted exer", ending: "stop" });
    expect(cut.ids).toEqual(whole.ids.slice(0, 6));
  });

  it("gives several texts, from the best on where there are beams", async () => {
    const { sequences, ...best } = await asked(
      ...["--prompt", "Call me", "--beams", "3", "--num-return-sequences", "3"],
    );
    expect(sequences![0]).toEqual(best);
    expect(sequences!.map(({ text }) => text!.startsWith("Call me"))).toEqual([true, true, true]);
    const scores = sequences!.map(({ score }) => score!);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    const printed = await called(
      "--prompt",
      "Call me",
      "--beams",
      "3",
      "--num-return-sequences",
      "2",
    );
    expect(printed.stdout).toContain(`-- 2 of 2, score ${scores[1]!.toFixed(4)}\n`);
  });

  it("tells log-probabilities", async () => {
    const { ids, logprobs } = await asked("--prompt", "Call me", "--greedy", "--logprobs", "3");
    expect(logprobs!.map(({ id }) => id)).toEqual(ids.slice(2));
    expect(logprobs![0]).toMatchObject({ token: " exerted" });
    for (const { id, logprob, likeliest } of logprobs!) {
      expect(likeliest).toHaveLength(3);
      expect(likeliest[0]).toMatchObject({ id, logprob });
      expect(likeliest[2]!.logprob).toBeLessThan(likeliest[1]!.logprob);
    }
    const printed = await called("--prompt", "Call me", "--greedy", "--logprobs", "1");
    const [text, first] = printed.stdout.split("\n");
    expect(text).toBe("Call me exerted exerted exerted arch arch arch arch arch");
    const told = `${logprobs![0]!.logprob.toFixed(4)} " exerted"`;
    expect(first).toBe(`${told}   ${told}`);
  });

  it("knows special tokens in a prompt where it is asked to", async () => {
    const end = "<|endoftext|>";
    const plain = await asked("--prompt", `a${end}`, "--greedy");
    const special = await asked("--prompt", `a${end}`, "--greedy", "--special");
    expect(plain.ids).not.toContain(50256);
    expect(special.ids.slice(0, 2)).toEqual([64, 50256]);
  });

  it("gives the text of generateText, up to what ends it", async () => {
    const loaded = await loadModel(large, {
      tokenizer: "gpt2",
      mesh: "data:1",
      runtime: "simulator",
    });
    try {
      const settings = { maxNewTokens: 8, doSample: false, stopStrings: "ted arch" };
      const pieces: string[] = [];
      for await (const piece of generateText(loaded, "Call me", settings)) pieces.push(piece);
      expect(pieces.join("")).toBe(" exerted exerted exer");
      // What may begin it was held back.
      expect(pieces.slice(0, 2)).toEqual([" exer", "ted exer"]);
      const special: string[] = [];
      const asked = { ...settings, special: true };
      for await (const piece of generateText(loaded, "a<|endoftext|>", asked)) special.push(piece);
      const ids: number[] = [];
      for await (const id of generate(loaded, [64, 50256], settings)) ids.push(id);
      expect(special.join("")).toBe(loaded.tokenizer!.decode(ids));
    } finally {
      await loaded.close();
    }
  });
});

describe("from code", () => {
  const settings = { maxNewTokens: 4, sampling: { kind: "greedy" }, seed: 0 } as const;
  const idsFrom = async (prompt: readonly number[], mesh: string) => {
    const loaded = await loadModel(model, { runtime: "simulator", mesh });
    try {
      const ids: number[] = [];
      for await (const id of generate(loaded, prompt, settings)) ids.push(id);
      return ids;
    } finally {
      await loaded.close();
    }
  };

  it("one prompt is continued on devices for several", async () => {
    const alone = await idsFrom([73, 63, 47], "data:1");
    expect(alone).toHaveLength(4);
    expect(await idsFrom([73, 63, 47], "data:3,model:2")).toEqual(alone);
  });

  it.each([
    [[], "the prompt has no ids: there is nothing to continue."],
    [[3, 97], "the prompt has 97, which is no id of the model."],
    [[-1], "the prompt has -1, which is no id of the model."],
    [[1.5], "the prompt has 1.5, which is no id of the model."],
  ])("%j is no prompt", async (prompt, sentence) => {
    await expect(idsFrom(prompt, "data:1")).rejects.toThrow(`[bad-argument] ${sentence}`);
  });

  it("several prompts are continued in one batch, each as if it were alone", async () => {
    const loaded = await loadModel(model, { runtime: "simulator", mesh: "data:2" });
    try {
      const hot = { temperature: 2, maxNewTokens: 6, seed: 7, numReturnSequences: 2 };
      const prompts = [[73, 63, 47], [5], [9, 8, 7, 6, 5, 4, 3, 2, 1]];
      const together = await generateAll(loaded, prompts, hot);
      for (const [i, prompt] of prompts.entries()) {
        const [alone] = await generateAll(loaded, [prompt], hot);
        expect(together[i]).toEqual(alone);
        const ids: number[] = [];
        const one = { ...hot, numReturnSequences: undefined };
        for await (const id of generate(loaded, prompt, one)) ids.push(id);
        expect(ids).toEqual(alone![0]!.ids);
      }
    } finally {
      await loaded.close();
    }
  });

  it("what sampling says in one value is what options say", async () => {
    const loaded = await loadModel(model, { runtime: "simulator", mesh: "data:1" });
    try {
      const common = { maxNewTokens: 6, seed: 7 };
      const value = { kind: "random", temperature: 2, topK: 20, topP: 0.9 } as const;
      const [[one]] = (await generateAll(loaded, [[73]], { ...common, sampling: value })) as Texts;
      const options = { temperature: 2, topK: 20, topP: 0.9 };
      const [[other]] = (await generateAll(loaded, [[73]], { ...common, ...options })) as Texts;
      expect(one).toEqual(other);
      const ends = { ...common, ...options, endOfText: one.ids[2]! };
      const [[ended]] = (await generateAll(loaded, [[73]], ends)) as Texts;
      expect(ended.ids).toEqual(one.ids.slice(0, one.ids.indexOf(one.ids[2]!)));
      expect(ended.ending).toEqual({ reason: "eos", chosen: { id: one.ids[2] } });
      const none = { ...common, maxNewTokens: 0 };
      expect(await generateAll(loaded, [[73]], none)).toEqual([
        [{ ids: [], chosen: [], ending: { reason: "length" } }],
      ]);
    } finally {
      await loaded.close();
    }
  });

  it("a signal ends it by its reason", async () => {
    const loaded = await loadModel(model, { runtime: "simulator", mesh: "data:1" });
    try {
      const controller = new AbortController();
      const ids: number[] = [];
      const texts = generate(loaded, [73], { signal: controller.signal });
      const made = (async () => {
        for await (const id of texts) {
          ids.push(id);
          if (ids.length === 3) controller.abort(new Error("enough"));
        }
      })();
      await expect(made).rejects.toThrow("enough");
      expect(ids).toHaveLength(3);
    } finally {
      await loaded.close();
    }
  });

  it.each<[Record<string, unknown>, string]>([
    [{ topP: 1.5 }, "topP is 1.5, and must be a number from 0 on and at most 1."],
    [{ temperature: -1 }, "temperature is -1, and must be a number from 0 on."],
    [{ repetitionPenalty: 0 }, "repetitionPenalty is 0, and must be a number above 0."],
    [{ numBeams: 1.5 }, "numBeams is 1.5, and must be a whole number from 1 on."],
    [{ minNewTokens: "3" }, 'minNewTokens is "3", and must be a whole number from 0 on.'],
    [{ lengthPenalty: Number.NaN }, "lengthPenalty is NaN, and must be a number."],
    [{ seed: -1 }, "seed is -1, and must be a whole number from 0 to 2147483647."],
    [{ doSample: 1 }, "doSample is 1, and must be true or false."],
    [{ badWordsIds: [3] }, "badWordsIds is [3], and must be a list of lists of ids."],
    [
      { sequenceBias: [[[], 2]] },
      "sequenceBias is [[[],2]], and must be a list of pairs [ids, number].",
    ],
    [{ earlyStopping: "no" }, 'earlyStopping is "no", and must be true, false or "never".'],
    [{ stopStrings: "" }, 'stopStrings is "", and must be a text or a list of texts.'],
    [{ stopStrings: "a" }, "`stopStrings` need a tokenizer, and there is none."],
    [{ suppressTokens: [3, 97] }, "`suppressTokens` has 97, which is no id of the model."],
    [{ forcedEosTokenId: 97 }, "`forcedEosTokenId` has 97, which is no id of the model."],
    [{ top_p: 0.5 }, 'there is no option "top_p".'],
    [
      { doSample: false, numReturnSequences: 2 },
      "the likeliest ids make one text, and not several.",
    ],
    [{ numBeams: 2, numReturnSequences: 3 }, "more texts are asked for than beams are followed."],
    [
      { sampling: { kind: "random", topK: -1 } },
      "sampling.temperature is undefined, and must be above 0;",
    ],
  ])("%j is refused", async (wrong, sentence) => {
    const loaded = await loadModel(model, { runtime: "simulator", mesh: "data:1" });
    try {
      const made = generateAll(loaded, [[73]], wrong);
      await expect(made).rejects.toThrow(`[bad-argument] generate: ${sentence}`);
    } finally {
      await loaded.close();
    }
  });
});

type Texts = [[GeneratedSequence]];
