import { setTimeout } from "node:timers/promises";
import { MtfError } from "mtf";
import { expect, it } from "vitest";
import type { Continuations } from "../../src/serve/continuations.ts";
import type { PoolUse } from "../../src/serve/paged/paged-logits.ts";
import { restartingLogits } from "../../src/serve/restarting-logits.ts";
import { type PagedModel, type Served, serving } from "../support/served.ts";

const { paged, served } = serving();

/** A model that waits before each token until it is let on, and tells the rows it is asked for. */
function halting(): {
  readonly logitsOf: (model: PagedModel) => Continuations;
  readonly use: () => PoolUse;
  readonly rows: number[];
  /** The blocks that were held after each. */
  readonly held: number[];
  readonly go: () => void;
} {
  const rows: number[] = [];
  const held: number[] = [];
  let go = (): void => {};
  const may = new Promise<void>((resolve) => {
    go = resolve;
  });
  let use: (() => PoolUse) | undefined;
  const logitsOf = (model: PagedModel): Continuations => {
    const logits = paged(model);
    use = logits.use;
    return {
      close: logits.close,
      async next(of) {
        rows.push(of.length);
        await may;
        await setTimeout(2);
        const found = await logits.next(of);
        held.push(logits.use().held);
        return found;
      },
    };
  };
  return { logitsOf, rows, held, use: () => use!(), go: () => go() };
}

const asked = { model: "random", prompt: "Call", max_tokens: 90, logit_bias: { 256: -100 } };
const loadOf = async ({ url }: Served): Promise<unknown> => {
  const { running, waiting } = (await (await fetch(`${url}/health`)).json()) as never;
  return [running, waiting];
};

it("a full queue is told with 429 and when to come again", async () => {
  const { logitsOf, go } = halting();
  const server = await served({ rows: 2, queue: 1 }, logitsOf);
  const { completions } = server.client;
  const first = completions.create({ ...asked, n: 2, max_tokens: 3 });
  await expect.poll(() => loadOf(server)).toEqual([2, 0]);
  const second = completions.create({ ...asked, max_tokens: 3 });
  await expect.poll(() => loadOf(server)).toEqual([2, 1]);
  const error = await completions.create(asked).catch((error) => error);
  expect(error).toMatchObject({ status: 429, code: "queue_full", type: "rate_limit_error" });
  expect(Number(error.headers.get("retry-after"))).toBeGreaterThan(0);
  go();
  expect((await first).choices).toHaveLength(2);
  expect((await second).choices).toHaveLength(1);
});

it("a client that goes away leaves the batch before the next token", async () => {
  const { logitsOf, rows, held, use, go } = halting();
  const server = await served({ rows: 4, queue: 4 }, logitsOf);
  go();
  const stays = server.client.completions.create(asked);
  const controller = new AbortController();
  const { signal } = controller;
  const stream = await server.client.completions.create({ ...asked, stream: true }, { signal });
  let pieces = 0;
  for await (const _ of stream) if (++pieces === 3) controller.abort();
  // So does one that waits for its answer in one.
  const other = new AbortController();
  const whole = server.client.completions.create({ ...asked, n: 2 }, { signal: other.signal });
  await expect.poll(() => loadOf(server)).toEqual([3, 0]);
  other.abort();
  await expect(whole).rejects.toThrow(/abort/i);
  await expect.poll(() => loadOf(server)).toEqual([1, 0]);
  expect((await stays).usage!.completion_tokens).toBe(90);
  expect(rows.slice(-3)).toEqual([1, 1, 1]);
  expect(rows).toHaveLength(90);
  // When it is alone, no block is held but those of its 93 tokens.
  expect(held.at(-1)).toBe(6);
  expect(held[rows.lastIndexOf(3) + 1]).toBeLessThanOrEqual(6);
  await expect.poll(() => use().held).toBe(0);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toMatch(/endpoint="\/v1\/completions",status="499"\} 2/);
  expect(server.reported).toEqual([]);
});

it("a client that goes away before its stream begins is no error of the server's", async () => {
  const { logitsOf, use, go } = halting();
  const server = await served({ rows: 1, queue: 4 }, logitsOf);
  const controllers = Array.from({ length: 3 }, () => new AbortController());
  const streams = controllers.map(({ signal }) =>
    server.client.completions.create({ ...asked, prompt: "", stream: true }, { signal }),
  );
  await expect.poll(() => loadOf(server)).toEqual([1, 2]);
  for (const controller of controllers) controller.abort();
  await Promise.allSettled(streams);
  go();
  await expect.poll(() => loadOf(server)).toEqual([0, 0]);
  await expect.poll(() => use().held).toBe(0);
  expect(server.reported).toEqual([]);
});

it("an answer that takes too long ends with 504, and a stream with the same error", async () => {
  const { logitsOf, go } = halting();
  const server = await served({ timeout: 0.2 }, logitsOf);
  const { completions } = server.client;
  const late = { status: 504, code: "timeout" };
  await expect(completions.create(asked)).rejects.toMatchObject(late);
  const stream = await completions.create({ ...asked, stream: true });
  const read = async () => {
    for await (const _ of stream);
  };
  await expect(read()).rejects.toMatchObject({ code: "timeout" });
  go();
  await expect.poll(() => loadOf(server)).toEqual([0, 0]);
});

it("a server with keys answers none without", async () => {
  const { url, client } = await served({ keys: ["one", "two"] });
  expect((await client.models.list()).data).toHaveLength(1);
  const status = async (path: string, authorization?: string) => {
    const headers = { ...(authorization && { authorization }) };
    return (await fetch(url + path, { headers })).status;
  };
  expect(await status("/v1/models", "Bearer two")).toBe(200);
  expect(await status("/v1/models", "Bearer three")).toBe(401);
  expect(await status("/v1/models", "Bearer ")).toBe(401);
  expect(await status("/v1/models", "two")).toBe(401);
  expect(await status("/v1/models")).toBe(401);
  expect(await status("/health")).toBe(200);
  const { completions } = client.withOptions({ apiKey: "three" });
  await expect(completions.create(asked)).rejects.toMatchObject({ code: "invalid_api_key" });
});

it("a server that closes answers what it has, and takes no more", async () => {
  const { logitsOf, go } = halting();
  const server = await served({ rows: 1 }, logitsOf);
  const { completions } = server.client;
  const [first, second] = [1, 2].map((n) => completions.create({ ...asked, max_tokens: 4 + n }));
  await expect.poll(() => loadOf(server)).toEqual([1, 1]);
  const closed = server.close();
  await expect(fetch(`${server.url}/health`)).rejects.toThrow();
  go();
  expect((await first)!.usage!.completion_tokens).toBe(5);
  expect((await second)!.usage!.completion_tokens).toBe(6);
  await closed;
});

it("what the model fails by is reported, and not told", async () => {
  let calls = 0;
  const server = await served({}, (model) => {
    const { next, close } = paged(model);
    return {
      close,
      next: async (rows) => {
        if (++calls === 3) throw new Error("a secret");
        return next(rows);
      },
    };
  });
  const { completions } = server.client;
  const error = await completions.create(asked).catch((error) => error);
  expect(error).toMatchObject({ status: 500, type: "server_error" });
  expect(error.message).not.toContain("secret");
  expect(server.reported).toMatchObject([{ message: "a secret" }]);
  expect((await completions.create(asked)).choices).toHaveLength(1);
});

it("a model whose devices fail is there again for the next request", async () => {
  const told: string[] = [];
  const ended: string[] = [];
  let [calls, loaded] = [0, 0];
  const server = await served({}, (model) => {
    const close = async () => void ended.push("first");
    const load = async () => {
      loaded++;
      return { ...model, close: async () => void ended.push("second") };
    };
    const failing = (of: PagedModel): Continuations => {
      const logits = paged(of);
      return {
        ...logits,
        next: async (rows) => {
          if (++calls === 3) throw new MtfError("device-failed", "device 0 failed.");
          return logits.next(rows);
        },
      };
    };
    return restartingLogits({ ...model, close }, load, failing, (line) => told.push(line));
  });
  const { completions } = server.client;
  const [first, second] = [1, 2].map((n) => completions.create({ ...asked, n }));
  const failed = { status: 503, code: "model_failed", type: "server_error" };
  await expect(first).rejects.toMatchObject(failed);
  await expect(second).rejects.toMatchObject(failed);
  expect([ended, loaded]).toEqual([["first"], 0]);
  expect((await completions.create(asked)).usage!.completion_tokens).toBe(90);
  expect([ended, loaded, told]).toEqual([["first"], 1, ["the model is loaded again"]]);
  expect(server.reported).toHaveLength(2);
});
