import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  generateAll,
  generateText,
  type LoadedModel,
  loadModel,
  pipeline,
  type TextGenerationPipeline,
} from "../src/index.ts";
import { callHere, temporaryFolder } from "./support/cli.ts";
import { someText } from "./support/runs.ts";

// Texts in the shape that users of transformers.js know.

const folder = temporaryFolder();
const reader = join(folder, "reader");
const here = { mesh: "data:1", runtime: "simulator" } as const;
let model: LoadedModel;
let pipe: TextGenerationPipeline;

beforeAll(async () => {
  const text = join(folder, "text.txt");
  writeFileSync(text, someText(4000));
  const data = ["--config", "tiny", "--data", text, "--out", reader, "--steps", "20"];
  await callHere("train", ...data, "--mesh", "data:1", "--runtime", "simulator", "--json");
  model = await loadModel(reader, here);
  pipe = await pipeline("text-generation", model);
});
afterAll(() => model.close());

async function gathered<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of stream) all.push(one);
  return all;
}

const textOf = async (prompt: string, settings: object) =>
  (await gathered(generateText(model, prompt, settings))).join("");

it("a text begins with its prompt, unless it is not to; the likeliest ids are taken", async () => {
  const expected = await textOf("the whale", { maxNewTokens: 12, doSample: false });
  expect(await pipe("the whale", { maxNewTokens: 12 })).toEqual([
    { generated_text: `the whale${expected}` },
  ]);
  const asked = { max_new_tokens: 12, return_full_text: false };
  expect(await pipe("the whale", asked)).toEqual([{ generated_text: expected }]);
});

it("of several prompts there is a list for each, of as many texts as are asked for", async () => {
  const settings = { maxNewTokens: 6, doSample: true, seed: 3, numReturnSequences: 2 };
  const prompts = ["the whale", "a ship on the"];
  const lists = await pipe(prompts, settings);
  const ids = prompts.map((prompt) => [...model.tokenizer!.encode(prompt)]);
  const texts = await generateAll(model, ids, settings);
  expect(lists).toEqual(
    texts.map((all, i) =>
      all.map((one) => ({ generated_text: prompts[i] + model.tokenizer!.decode(one.ids) })),
    ),
  );
  expect(lists.map((list) => list.length)).toEqual([2, 2]);
  expect(await pipe(prompts[0]!, settings)).toEqual(lists[0]);
  expect(await pipe([], settings)).toEqual([]);
});

it("who asks for a filter asks for chance", async () => {
  const settings = { maxNewTokens: 20, temperature: 5 };
  const [{ generated_text: hot }] = (await pipe("the", { ...settings, seed: 1 })) as [
    { generated_text: string },
  ];
  expect(hot).toBe(`the${await textOf("the", { ...settings, seed: 1 })}`);
  expect(await pipe("the", { maxNewTokens: 20 })).not.toEqual([{ generated_text: hot }]);
});

it("streams the same text in pieces, with the prompt where it is asked for", async () => {
  const [whole] = await pipe("the whale", { maxNewTokens: 12 });
  const settings = { max_new_tokens: 12, stream: true } as const;
  const pieces = await gathered(pipe("the whale", settings));
  expect(pieces.length).toBeGreaterThan(2);
  expect(`the whale${pieces.join("")}`).toBe(whole!.generated_text);
  const full = await gathered(pipe("the whale", { ...settings, returnFullText: true }));
  expect(full.join("")).toBe(whole!.generated_text);
});

it("pieces of several prompts say which text they are of", async () => {
  const settings = { maxNewTokens: 5, doSample: true, num_return_sequences: 2 };
  const lists = await pipe(["the", "a whale"], settings);
  const made = [
    ["the", "the"],
    ["a whale", "a whale"],
  ];
  for await (const piece of pipe(["the", "a whale"], { ...settings, stream: true })) {
    made[piece.prompt]![piece.sequence] += piece.text;
  }
  expect(made).toEqual(lists.map((list) => list.map(({ generated_text }) => generated_text)));
});

it("a signal ends a text, and so does whoever breaks out; nothing is left on the devices", async () => {
  const held = async () => (await model.devices.usage())[0]!.buffers;
  const before = await held();
  const stop = new AbortController();
  const made: string[] = [];
  const reading = async () => {
    for await (const piece of pipe("the", { stream: true, signal: stop.signal })) {
      made.push(piece);
      if (made.length === 3) stop.abort(new Error("that will do"));
    }
  };
  await expect(reading()).rejects.toThrow("that will do");
  expect(made).toHaveLength(3);
  await expect(pipe("the", { signal: stop.signal })).rejects.toThrow("that will do");
  for await (const _ of pipe("the", { stream: true })) break;
  expect(await held()).toBe(before);
});

it("a text that stops another is left out of it", async () => {
  const [plain] = await pipe("the whale", { maxNewTokens: 30, returnFullText: false });
  const stop = plain!.generated_text.slice(4, 6);
  const [ended] = await pipe("the whale", { stop_strings: [stop], return_full_text: false });
  expect(ended!.generated_text).toBe(
    plain!.generated_text.slice(0, plain!.generated_text.indexOf(stop)),
  );
});

it("loads a folder, and frees it; a model that it was given goes on", async () => {
  const own = await pipeline("text-generation", reader, { ...here, mesh: "model:2" });
  expect(own.task).toBe("text-generation");
  expect(await own("the whale", { maxNewTokens: 8 })).toEqual(
    await pipe("the whale", { maxNewTokens: 8 }),
  );
  await own.dispose();
  await own.dispose();
  await expect(own("the whale")).rejects.toThrow("it has been disposed of");
  const borrowed = await pipeline("text-generation", model);
  await borrowed.dispose();
  expect(await pipe("the", { maxNewTokens: 1 })).toHaveLength(1);
});

it("says what it cannot do", async () => {
  const message = async (call: () => unknown) => {
    try {
      await call();
      return "none";
    } catch (error) {
      return String(error);
    }
  };
  const loose = pipe as unknown as (given: unknown, settings?: object) => Promise<unknown>;
  const errors = [
    await message(() => pipeline("translation" as "text-generation", model)),
    await message(() => pipeline("text-generation", model, here)),
    await message(() => loose([{ role: "user", content: "hello" }])),
    await message(() => loose("a", { max_new_tokens: 3, maxNewTokens: 4 })),
    await message(() => loose("a", { stream: "yes" })),
    await message(() => loose("a", { max_new_tokns: 3 })).then((text) => text.split("\n")[0]),
    await message(() => loose("a", { logprobs: 3 })).then((text) => text.split("\n")[0]),
    await message(() => pipe("a", { num_return_sequences: 2 })).then((text) => text.split("\n")[0]),
    await message(() =>
      gathered(pipe("a", { stream: true, doSample: true, numReturnSequences: 2 })),
    ),
  ];
  expect(errors.join("\n")).toMatchInlineSnapshot(`
    "MtfError: [bad-argument] pipeline: there is no task "translation".
      try  pipeline("text-generation", model)
    MtfError: [bad-argument] pipeline: a loaded model runs where it was loaded to.
      try  pipeline(task, model), without options
      try  pipeline(task, folder, options)
    MtfError: [bad-argument] pipeline: the model has no chat template.
      looked for  chat_template.jinja, chat_template in tokenizer_config.json
      try         a text, written as the model was taught to read chats
    MtfError: [bad-argument] pipeline: maxNewTokens is given in both spellings.
    MtfError: [bad-argument] pipeline: stream is "yes", and must be true or false.
    MtfError: [bad-argument] generate: there is no option "maxNewTokns".
    MtfError: [bad-argument] generate: there is no option "logprobs".
    MtfError: [bad-argument] generate: the likeliest ids make one text, and not several.
    MtfError: [bad-argument] pipeline: of one prompt it streams one text.
      numReturnSequences  2
      try                 pipe([prompt], settings), whose pieces say which text they are of"
  `);
});

it("a chat is written by the model's template, and one more message is said in it", async () => {
  const chat = [
    { role: "system", content: "the whale" },
    { role: "user", content: "a ship" },
  ];
  await expect(pipe(chat)).rejects.toThrow(
    "[bad-argument] pipeline: the model has no chat template.",
  );
  const template = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}";
  const asked = "{% if add_generation_prompt %}assistant:{% endif %}";
  writeFileSync(join(reader, "chat_template.jinja"), template + asked);
  const settings = { max_new_tokens: 7, stop_strings: "q" };
  const prompt = "system: the whale\nuser: a ship\nassistant:";
  const content = await textOf(prompt, { maxNewTokens: 7, stopStrings: "q", doSample: false });
  const said = { generated_text: [...chat, { role: "assistant", content }] };
  expect(await pipe(chat, settings)).toEqual([said]);
  expect(await pipe([chat, chat.slice(1)], settings)).toMatchObject([[said], [{}]]);
  const answer = await pipe(chat, { ...settings, return_full_text: false });
  expect(answer[0]!.generated_text).toBe(content);
  expect((await gathered(pipe(chat, { ...settings, stream: true }))).join("")).toBe(content);
  const several = { ...settings, do_sample: true, num_return_sequences: 2, seed: 1 };
  expect((await pipe(chat, several)).map((one) => one.generated_text.length)).toEqual([3, 3]);
});

it("messages that the template refuses, and what is no chat, are told", async () => {
  writeFileSync(join(reader, "chat_template.jinja"), "{{ raise_exception('no roles') }}");
  const chat = [{ role: "user", content: "a" }];
  await expect(pipe(chat)).rejects.toThrow("the chat template refuses the messages: no roles");
  for (const wrong of [[chat, "a"], [{ role: "user" }], 7, [[]]]) {
    await expect(pipe(wrong as never)).rejects.toThrow("a prompt is a text or a chat");
  }
});
