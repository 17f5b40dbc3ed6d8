import { gzipSync } from "node:zlib";
import type { Completion } from "openai/resources/completions";
import { describe, expect, it } from "vitest";
import { generateAll } from "../../src/generate/all.ts";
import type { GenerateAllSettings } from "../../src/generate/options/settings.ts";
import { untilStop } from "../../src/generate/until-stop.ts";
import { serving } from "../support/served.ts";

const { held, served } = serving();

const { client, model, url, reported } = await served();
const { tokenizer } = model;
const base = { model: "random", max_tokens: 12, seed: 7 } as const;
const { completions } = client;

/** The texts that the library makes of the same prompt. */
async function made(prompt: string, settings: GenerateAllSettings): Promise<readonly string[]> {
  const ids = [...tokenizer.encode(prompt)];
  const all = { maxNewTokens: base.max_tokens, seed: base.seed, doSample: true, ...settings };
  const [texts] = await generateAll(model, [ids], all);
  const stops = [all.stopStrings ?? []].flat();
  return texts!.map(({ ids }) => {
    const until = untilStop(stops);
    return until.push(tokenizer.decode(ids)) + until.end();
  });
}

describe("a completion", () => {
  it("is what the library makes", async () => {
    const { choices, usage, object, model } = await completions.create({ ...base, prompt: "Call" });
    expect(choices).toEqual([
      {
        ...{ index: 0, logprobs: null, finish_reason: "length" },
        text: (await made("Call", {}))[0],
      },
    ]);
    expect({ object, model }).toEqual({ object: "text_completion", model: "random" });
    expect(usage).toEqual({ prompt_tokens: 4, completion_tokens: 12, total_tokens: 16 });
  });

  it("takes how ids are chosen", async () => {
    const chosen = { temperature: 0.6, top_p: 0.5, n: 3 };
    const { choices } = await completions.create({ ...base, ...chosen, prompt: "me" });
    const settings = { temperature: 0.6, topP: 0.5, numReturnSequences: 3 };
    expect(choices.map(({ text }) => text)).toEqual(await made("me", settings));
    const greedy = await completions.create({ ...base, prompt: "me", temperature: 0, n: 2 });
    const [likeliest] = await made("me", { doSample: false });
    expect(greedy.choices.map(({ text }) => text)).toEqual([likeliest, likeliest]);
    const biased = await completions.create({
      ...{ ...base, prompt: "me", temperature: 0, max_tokens: 3 },
      logit_bias: { 65: 100 },
    });
    expect(biased.choices[0]!.text).toBe("AAA");
    const distinct = async (penalties: object) => {
      const all = { ...base, prompt: "A", temperature: 0, max_tokens: 60, ...penalties };
      const { choices } = await completions.create(all);
      return new Set(choices[0]!.text).size;
    };
    const usual = await distinct({});
    expect(await distinct({ presence_penalty: 2 })).toBeGreaterThan(usual);
    expect(await distinct({ frequency_penalty: 2 })).toBeGreaterThan(usual);
  });

  it("goes on several prompts, of text or ids", async () => {
    const texts = await completions.create({ ...base, prompt: ["Call", "me"], n: 2 });
    const both = [
      ...(await made("Call", { numReturnSequences: 2 })),
      ...(await made("me", { numReturnSequences: 2 })),
    ];
    expect(texts.choices.map(({ text, index }) => [index, text])).toEqual([...both.entries()]);
    const ids = [[..."Call"], [..."me"]].map((word) => word.map((c) => c.charCodeAt(0)));
    const { choices } = await completions.create({ ...base, prompt: ids, n: 2 });
    expect(choices).toEqual(texts.choices);
    const one = await completions.create({ ...base, prompt: ids[0]!, n: 2 });
    expect(one.choices).toEqual(texts.choices.slice(0, 2));
  });

  it("ends where it is asked to, and where the model ends it", async () => {
    const [whole] = await made("Call", {});
    const stop = whole!.slice(4, 6);
    const { choices } = await completions.create({ ...base, prompt: "Call", stop });
    expect(choices[0]).toMatchObject({
      text: whole!.slice(0, whole!.indexOf(stop)),
      finish_reason: "stop",
    });
    const ended = await completions.create({ ...base, prompt: "Call", logit_bias: { 256: 100 } });
    expect(ended.choices[0]).toMatchObject({ text: "", finish_reason: "stop" });
  });

  it("tells how likely its ids are, and with echo those of the prompt", async () => {
    const ids = [...tokenizer.encode("Call")];
    const [texts] = await generateAll(model, [ids], { maxNewTokens: 3, logprobs: 2 });
    const [text] = texts!;
    const asked = { ...base, prompt: "Call", seed: 0, max_tokens: 3, logprobs: 2 };
    const { choices } = await completions.create(asked);
    const { logprobs } = choices[0]!;
    // Keys and values in blocks are added up in another order than those in a row.
    const close = (p: number | undefined) => expect.closeTo(p!, 5);
    expect(logprobs!.token_logprobs).toEqual(text!.chosen.map(({ logProb }) => close(logProb)));
    const likeliest = text!.chosen.map(({ likeliest }) =>
      Object.fromEntries(
        likeliest!.toReversed().map(([id, p]) => [tokenizer.decode([id]), close(p)]),
      ),
    );
    expect(logprobs!.top_logprobs).toEqual(likeliest);
    const echoed = await completions.create({ ...asked, echo: true });
    const all = echoed.choices[0]!;
    expect(all.text).toBe(`Call${choices[0]!.text}`);
    expect(all.logprobs!.tokens).toHaveLength(4 + 3);
    expect(all.logprobs!.tokens!.slice(0, 4)).toEqual([..."Call"]);
    expect(all.logprobs!.token_logprobs![0]).toBeNull();
    expect(all.logprobs!.text_offset!.slice(0, 5)).toEqual([0, 1, 2, 3, 4]);
    // The same ids, chosen and read, are as likely.
    const read = await completions.create({
      ...{ ...asked, prompt: [...ids, ...text!.ids], echo: true, max_tokens: 0 },
    });
    for (const [i, logProb] of read.choices[0]!.logprobs!.token_logprobs!.entries()) {
      if (i > 0) expect(logProb).toBeCloseTo(all.logprobs!.token_logprobs![i]!, 4);
    }
    expect(read.usage!.completion_tokens).toBe(0);
    // What begins a text that is empty, nobody has written; ids, somebody has.
    const [empty, own] = await Promise.all(
      ["", [tokenizer.endOfText]].map((prompt) =>
        completions.create({ ...base, prompt: prompt as string, echo: true, max_tokens: 0 }),
      ),
    );
    expect(empty!.choices[0]!.text).toBe("");
    expect(own!.choices[0]!.text).toBe("<|endoftext|>");
    const plain = await completions.create({ ...base, prompt: ["ab", "c"], echo: true });
    expect(plain.choices.map(({ text }) => text)).toEqual([
      `ab${(await made("ab", {}))[0]}`,
      `c${(await made("c", {}))[0]}`,
    ]);
  });

  it("gives the best of several", async () => {
    const ids = [...tokenizer.encode("Call")];
    const settings = { maxNewTokens: 12, seed: 7, numReturnSequences: 5, logprobs: 0 };
    const [texts] = await generateAll(model, [ids], settings);
    const mean = ({ chosen }: (typeof texts & object)[number]) =>
      chosen.reduce((sum, { logProb }) => sum + logProb!, 0) / chosen.length;
    const best = texts!.toSorted((a, b) => mean(b) - mean(a)).slice(0, 2);
    const { choices, usage } = await completions.create({
      ...{ ...base, prompt: "Call", n: 2, best_of: 5 },
    });
    expect(choices.map(({ text }) => text)).toEqual(best.map(({ ids }) => tokenizer.decode(ids)));
    expect(choices.map(({ index }) => index)).toEqual([0, 1]);
    expect(usage!.completion_tokens).toBe(texts!.reduce((sum, { ids }) => sum + ids.length, 0));
  });
});

describe("a stream", () => {
  it("comes to the same texts, and tells what they took", async () => {
    const asked = { ...base, prompt: ["Call", "me"], n: 2, logprobs: 1, echo: true, stop: "e" };
    const whole = await completions.create(asked);
    const stream = await completions.create({
      ...{ ...asked, stream: true },
      stream_options: { include_usage: true },
    });
    const choices: Completion["choices"] = [];
    let usage: unknown;
    for await (const chunk of stream) {
      usage = chunk.usage;
      for (const { index, text, logprobs, finish_reason } of chunk.choices) {
        choices[index] ??= {
          ...{ text: "", index, finish_reason },
          logprobs: { tokens: [], token_logprobs: [], top_logprobs: [], text_offset: [] },
        };
        const begun = choices[index];
        begun.text += text;
        begun.finish_reason = finish_reason;
        for (const [key, more] of Object.entries(logprobs!)) {
          (begun.logprobs![key as keyof typeof logprobs] as unknown[]).push(...more);
        }
      }
    }
    // In a batch of another size, products of matrices may be rounded otherwise.
    for (const [i, { logprobs, ...choice }] of choices.entries()) {
      expect(choice).toEqual({ ...whole.choices[i], logprobs: undefined });
      const { token_logprobs, top_logprobs: _, ...rest } = logprobs!;
      expect(whole.choices[i]!.logprobs).toMatchObject(rest);
      for (const [k, logProb] of token_logprobs!.entries()) {
        const same = whole.choices[i]!.logprobs!.token_logprobs![k]!;
        if (k > 0) expect(logProb).toBeCloseTo(same, 4);
      }
    }
    expect(usage).toEqual(whole.usage);
  });

  it("of many at once is each what it is alone, and nothing is held after them", async () => {
    const prompts = ["a", "bc", "def", "ghij", "klmno", "p", "qrs"];
    const alone = [];
    for (const prompt of prompts) alone.push((await made(prompt, { temperature: 0.5 }))[0]);
    const before = await held();
    const all = prompts.map(async (prompt) => {
      const stream = await completions.create({ ...base, prompt, temperature: 0.5, stream: true });
      let text = "";
      for await (const { choices } of stream) text += choices[0]!.text;
      return text;
    });
    expect(await Promise.all(all)).toEqual(alone);
    await expect.poll(held).toEqual(before);
  });
});

describe("what is wrong is told by its field", () => {
  it.each([
    [{ temperature: 3 }, "temperature", /a number from 0 on and at most 2/],
    [{ top_p: "all" }, "top_p", /a number/],
    [{ max_tokens: 1.5 }, "max_tokens", /a whole number/],
    [{ n: 9 }, "n", /more than 8 texts/],
    [{ n: 3, best_of: 2 }, "best_of", /fewer than/],
    [{ best_of: 2, stream: true }, "best_of", /cannot be streamed/],
    [{ stream_options: { include_usage: true } }, "stream_options", /'stream'/],
    [{ stream: true, stream_options: { usage: true } }, "stream_options.usage", /known/],
    [{ logit_bias: { 257: 1 } }, "logit_bias.257", /no id/],
    [{ logit_bias: { 5: 101 } }, "logit_bias", /-100 to 100/],
    [{ stop: ["a", "b", "c", "d", "e"] }, "stop", /up to 4/],
    [{ stop: "" }, "stop", /none of them empty/],
    [{ stop: ["a", "\udc1f"] }, "stop", /whole characters/],
    [{ logit_bias: { 1: 5, "01": 5 } }, "logit_bias.01", /no id/],
    [{ seed: -1 }, "seed", /a whole number from 0 to/],
    [{ logprobs: 6 }, "logprobs", /from 0 to 5/],
    [{ suffix: "end" }, "suffix", /left out/],
    [{ prompt: [1, 300] }, "prompt", /300, which is no id/],
    [{ prompt: [] }, "prompt", /a text, a list/],
    [{ prompt: Array(96).fill("a").join("") }, "prompt", /more than the 96/],
    [{ max_tokens: 93 }, "max_tokens", /more than the 96/],
    [{ max_token: 3 }, "max_token", /no field/],
    [{ model: undefined }, "model", /missing/],
  ])("%j", async (wrong, param, message) => {
    const asked = completions.create({ ...base, prompt: "Call", ...wrong } as never);
    const error = await asked.then(
      () => undefined,
      (error) => error,
    );
    expect(error).toMatchObject({ status: 400, param, type: "invalid_request_error" });
    expect(error.message).toMatch(message);
  });

  it.each([
    ['{"model": "random",}', 400, /^the body is not JSON: .+, at byte 19\.$/],
    ['{"temperature": NaN}', 400, /not JSON: .+, at byte 16\./],
    ["{'model': 1}", 400, /not JSON: .+, at byte 1\./],
    ["", 400, /not JSON: it is empty/],
    ['{"__proto__": {}}', 400, /'__proto__'/],
    ["[]", 400, /'body' must be an object/],
    ["null", 400, /'body' must be an object/],
    [`"${"a".repeat(1 << 17)}"`, 413, /longer than 65536 bytes/],
  ])("a body that is none: %.20s", async (body, status, message) => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${url}/v1/completions`, { method: "POST", body, headers });
    expect(answer.status).toBe(status);
    const { error } = (await answer.json()) as { readonly error: { readonly message: string } };
    expect(error).toMatchObject({ type: "invalid_request_error" });
    expect(error.message).toMatch(message);
  });

  it.each([undefined, "text/plain", "application/x-www-form-urlencoded"])(
    "a body of type %s is told what to be",
    async (type) => {
      const headers = type ? { "content-type": type } : {};
      const body = new Blob(["{}"]);
      const answer = await fetch(`${url}/v1/completions`, { method: "POST", body, headers });
      expect(answer.status).toBe(415);
      expect(await answer.json()).toMatchObject({
        error: { message: expect.stringContaining("content-type: application/json") },
      });
    },
  );

  it.each(["gzip", "br", "identity"])(
    "of a body packed with %s, the header is named",
    async (coding) => {
      const headers = { "content-type": "application/json", "content-encoding": coding };
      const body = coding === "gzip" ? gzipSync("{}") : "{}";
      const answer = await fetch(`${url}/v1/completions`, { method: "POST", body, headers });
      const { error } = (await answer.json()) as { readonly error: { readonly message: string } };
      expect(answer.status).toBe(coding === "identity" ? 400 : 415);
      expect(error.message.includes(`content-encoding: ${coding}`)).toBe(coding !== "identity");
    },
  );

  it("another model, endpoint, method or kind of body", async () => {
    await expect(completions.create({ ...base, model: "other", prompt: "" })).rejects.toMatchObject(
      {
        ...{ status: 404, code: "model_not_found", param: "model" },
      },
    );
    const post = (path: string, body: string, type = "application/json") =>
      fetch(url + path, { method: "POST", body, headers: { "content-type": type } });
    const statuses = [
      await post("/v1/nothing", "{}"),
      await post("/v1/completions", "{"),
      await post("/v1/completions", "[]"),
      await post("/v1/completions", "{}", "text/plain"),
      await post("/v1/completions", JSON.stringify({ prompt: "a".repeat(1 << 17) })),
      await fetch(`${url}/v1/completions`),
      await fetch(`${url}/v1/models/%E0%A4%A`),
    ];
    expect(statuses.map(({ status }) => status)).toEqual([404, 400, 400, 415, 413, 405, 400]);
    expect(statuses[5]!.headers.get("allow")).toBe("POST");
    for (const answer of statuses) {
      expect(await answer.json()).toMatchObject({ error: { type: "invalid_request_error" } });
    }
  });
});

it.each(["/health", "/metrics", "/v1/models", "/v1/models/random"])(
  "%s is read alone",
  async (path) => {
    const refused = await fetch(url + path, { method: "POST" });
    expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    expect(await refused.json()).toMatchObject({ error: { type: "invalid_request_error" } });
    expect((await fetch(url + path, { method: "HEAD" })).status).toBe(200);
  },
);

it("models, health and metrics are told", async () => {
  const { data } = await client.models.list();
  expect(data).toMatchObject([{ id: "random", object: "model" }]);
  expect(await client.models.retrieve("random")).toEqual(data[0]);
  const health = await (await fetch(`${url}/health`)).json();
  expect(health).toEqual({ status: "ok", running: 0, waiting: 0 });
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toMatch(
    /gpt_neo_requests_total\{endpoint="\/v1\/completions",status="200"\} \d+/,
  );
  expect(metrics).toMatch(/gpt_neo_generated_tokens_total [1-9]/);
  expect(metrics).toMatch(/gpt_neo_time_to_first_token_seconds_count [1-9]/);
  expect(reported).toEqual([]);
});
