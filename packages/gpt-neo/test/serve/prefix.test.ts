import { expect, it } from "vitest";
import type { PagedLogits } from "../../src/serve/paged/paged-logits.ts";
import { type PagedModel, serving } from "../support/served.ts";

const { paged, served } = serving();

it("a beginning is computed once for each key, and the answer is the same", async () => {
  let logits: PagedLogits | undefined;
  const logitsOf = (model: PagedModel) => {
    logits = paged(model);
    return logits;
  };
  const pool = () => logits!.use();
  const server = await served({ keys: ["first", "second"], pool }, logitsOf);
  const ask = (apiKey: string, end: string) =>
    server.client.withOptions({ apiKey }).completions.create({
      ...{ model: "random", prompt: `A beginning that takes more than two blocks, ${end}` },
      ...{ max_tokens: 8, temperature: 0 },
    });
  const text = async (...of: Parameters<typeof ask>) => (await ask(...of)).choices[0]!.text;

  const alone = await text("first", "once");
  expect(pool()).toMatchObject({ hits: 0, found: 0 });
  // 49 ids: three blocks, of which the end of the prompt is not the last.
  expect(await text("first", "once")).toBe(alone);
  expect(pool()).toMatchObject({ hits: 1, found: 48 });
  await text("first", "and then");
  expect(pool()).toMatchObject({ hits: 2, found: 48 + 32 });
  // Another key finds nothing of this, and makes the same.
  expect(await text("second", "once")).toBe(alone);
  expect(pool()).toMatchObject({ hits: 2, found: 48 + 32 });
  expect(await text("second", "once")).toBe(alone);
  expect(pool()).toMatchObject({ hits: 3, held: 0 });

  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toMatch(/^gpt_neo_prefix_hits_total 3$/m);
  expect(metrics).toMatch(/^gpt_neo_prefix_tokens_total 128$/m);
  expect(metrics).toMatch(/^gpt_neo_cache_blocks\{use="held"\} 0$/m);
});
