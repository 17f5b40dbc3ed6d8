import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ChatCompletionMessageParam } from "openai/resources/chat";
import { expect, it } from "vitest";
import { readChatTemplate } from "../../src/chat/template.ts";
import { temporaryFolder } from "../support/cli.ts";
import { serving } from "../support/served.ts";

const { served } = serving();

const folder = temporaryFolder();
const template = `{{ bos_token }}{% for m in messages %}{% if m.role == "system" and not loop.first %}{{
raise_exception("a system message comes first") }}{% endif %}[{{ m.role }}]{{ m.content }}{% endfor %}{%
if add_generation_prompt %}[assistant]{% endif %}`;
writeFileSync(
  join(folder, "tokenizer_config.json"),
  JSON.stringify({ chat_template: template, bos_token: { content: "<|endoftext|>" } }),
);
const chatTemplate = await readChatTemplate(folder);
const { client } = await served({}, undefined, { chatTemplate });
const messages: ChatCompletionMessageParam[] = [
  { role: "system", content: "Be brief." },
  {
    role: "user",
    content: [
      { type: "text", text: "Who " },
      { type: "text", text: "am I?" },
    ],
  },
];
const base = { model: "random", seed: 3, messages } as const;
const ids = [256, ...Buffer.from("[system]Be brief.[user]Who am I?[assistant]")];

it("is the completion of what the template makes of it", async () => {
  const asked = { ...base, max_completion_tokens: 8, logprobs: true, top_logprobs: 2, n: 2 };
  const { choices, usage, object } = await client.chat.completions.create(asked);
  const completion = { model: "random", seed: 3, prompt: ids, max_tokens: 8, n: 2, logprobs: 2 };
  const same = await client.completions.create(completion);
  expect(object).toBe("chat.completion");
  expect(usage).toEqual(same.usage);
  for (const [i, { message, finish_reason, logprobs }] of choices.entries()) {
    expect(message).toEqual({ role: "assistant", content: same.choices[i]!.text, refusal: null });
    expect(finish_reason).toBe(same.choices[i]!.finish_reason);
    const told = logprobs!.content!.map(({ logprob }) => logprob);
    const wanted = same.choices[i]!.logprobs!.token_logprobs!;
    expect(told).toHaveLength(wanted.length);
    // The second finds the prompt in the cache, and so computes it in other pieces.
    for (const [at, logprob] of told.entries()) expect(logprob).toBeCloseTo(wanted[at]!, 5);
    for (const { top_logprobs } of logprobs!.content!) expect(top_logprobs).toHaveLength(2);
  }
});

it("is streamed, and goes on as long as there is room", async () => {
  const whole = await client.chat.completions.create({ ...base, logit_bias: { 256: -100 } });
  expect(whole.usage!.total_tokens).toBe(96);
  const runner = client.chat.completions.stream({ ...base, logit_bias: { 256: -100 } });
  const streamed = await runner.finalChatCompletion();
  expect(streamed.choices[0]!.message.content).toBe(whole.choices[0]!.message.content);
  expect(streamed.choices[0]!.finish_reason).toBe("length");
});

it.each([
  [{ messages: [] }, "messages", /must have a message/],
  [{ messages: [messages[1], messages[0]] }, "messages", /a system message comes first/],
  [{ messages: [{ role: "robot", content: "a" }] }, "messages.0.role", /system, developer/],
  [{ messages: [{ role: "user", content: 3 }] }, "messages.0.content", /a text/],
  [{ top_logprobs: 3 }, "top_logprobs", /'logprobs'/],
  [{ max_tokens: 1, max_completion_tokens: 1 }, "max_tokens", /older name/],
  [{ max_completion_tokens: 90 }, "max_completion_tokens", /more than the 96/],
  [{ response_format: { type: "json_object" } }, "response_format", /text/],
  [{ tools: [] }, "tools", /no field/],
])("what is wrong is told by its field: %j", async (wrong, param, message) => {
  const asked = client.chat.completions.create({ ...base, ...wrong } as never);
  const error = await asked.catch((error) => error);
  expect(error).toMatchObject({ status: 400, param });
  expect(error.message).toMatch(message);
});

it("a model without a template says so", async () => {
  const { client } = await served();
  const asked = client.chat.completions.create({ ...base });
  await expect(asked).rejects.toMatchObject({ status: 400, code: "no_chat_template" });
  expect(await readChatTemplate(temporaryFolder())).toBeUndefined();
});

it("a template of its own file goes before; what is none is told at once", async () => {
  writeFileSync(join(folder, "chat_template.jinja"), "{{ messages[0].content }}{{ bos_token }}");
  const own = await readChatTemplate(folder);
  expect(own!([{ role: "user", content: "Hello" }])).toBe("Hello<|endoftext|>");
  writeFileSync(join(folder, "chat_template.jinja"), "{% for %}");
  await expect(readChatTemplate(folder)).rejects.toThrow(/chat_template.jinja: its chat template/);
});
