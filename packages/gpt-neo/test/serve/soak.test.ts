import { expect, it } from "vitest";
import type { PagedLogits } from "../../src/serve/paged/paged-logits.ts";
import { type PagedModel, pool, serving } from "../support/served.ts";
import { soak, sureRequests } from "../support/soak.ts";

const { held, paged, served } = serving();

it("of hundreds of requests, some of them given up, none is lost, doubled or mixed up", async () => {
  let logits: PagedLogits | undefined;
  const logitsOf = (model: PagedModel) => {
    logits = paged(model);
    return logits;
  };
  const server = await served({ queue: 100 }, logitsOf);
  const sure = await sureRequests(server.model, 24);
  // The pool is there from the first request on.
  await soak(server, sure, 24);
  const before = await held();
  const { wrong, whole, streamed, canceled } = await soak(server, sure, 300);
  expect(wrong).toEqual([]);
  expect(whole + streamed + canceled).toBe(300);
  expect(Math.min(whole, streamed, canceled)).toBeGreaterThan(30);
  await expect.poll(held).toEqual(before);
  // Those who were given up last may be on their way out.
  await expect.poll(() => logits!.use().held).toBe(0);
  const { known, free, hits } = logits!.use();
  expect(known + free).toBe(pool);
  expect(hits).toBeGreaterThan(30);
  expect(await (await fetch(`${server.url}/health`)).json()).toEqual({
    ...{ status: "ok", running: 0, waiting: 0 },
  });
  expect(server.reported).toEqual([]);
});
