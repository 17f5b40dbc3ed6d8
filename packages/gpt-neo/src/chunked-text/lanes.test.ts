import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { openLanes } from "./lanes.ts";

it("does what is waited for first, and rows of tasks in turn, so many at once", async () => {
  const lanes = openLanes(2);
  const begun: string[] = [];
  const gates = new Map<string, () => void>();
  const task = (name: string) => () => {
    begun.push(name);
    return new Promise<void>((resolve) => gates.set(name, resolve));
  };
  const row = (names: string[]) => () => {
    const next = names.shift();
    return next === undefined ? undefined : task(next);
  };
  lanes.meanwhile(row(["a1", "a2", "a3"]));
  lanes.meanwhile(row(["b1", "b2"]));
  expect(begun).toEqual(["a1", "a2"]);
  const soon = lanes.soon(task("soon"));
  while (gates.size > 0) {
    const [name, open] = [...gates][0]!;
    gates.delete(name);
    open();
    await setImmediate();
  }
  await soon;
  expect(begun.slice(0, 3)).toEqual(["a1", "a2", "soon"]);
  expect([...begun].sort()).toEqual(["a1", "a2", "a3", "b1", "b2", "soon"]);
  await lanes.close();
});

it("goes on after a failure, which is that of who asked", async () => {
  const lanes = openLanes(1);
  lanes.meanwhile(() => undefined);
  await expect(lanes.soon(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  expect(await lanes.soon(async () => 7)).toBe(7);
  await lanes.close();
});

it("ends what was begun when it is closed, and fails what was not", async () => {
  const lanes = openLanes(1);
  let ended = false;
  const first = lanes.soon(async () => {
    await setImmediate();
    ended = true;
  });
  const second = lanes.soon(async () => undefined);
  const failed = expect(second).rejects.toThrow("closed");
  await lanes.close();
  expect(ended).toBe(true);
  await Promise.all([first, failed]);
});
