import { expect, it } from "vitest";
import { held, served } from "../support/served.ts";
import { soak, sureRequests } from "../support/soak.ts";

it("of hundreds of requests, some of them given up, none is lost, doubled or mixed up", async () => {
  const server = await served({ queue: 100 });
  const sure = await sureRequests(server.model, 24);
  const before = await held();
  const { wrong, whole, streamed, canceled } = await soak(server, sure, 300);
  expect(wrong).toEqual([]);
  expect(whole + streamed + canceled).toBe(300);
  expect(Math.min(whole, streamed, canceled)).toBeGreaterThan(30);
  await expect.poll(held).toEqual(before);
  expect(await (await fetch(`${server.url}/health`)).json()).toEqual({
    ...{ status: "ok", running: 0, waiting: 0 },
  });
  expect(server.reported).toEqual([]);
});
