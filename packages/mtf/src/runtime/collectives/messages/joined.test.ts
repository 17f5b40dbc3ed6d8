import { expect, test } from "vitest";
import { joined } from "./joined.ts";

function logged(devices: readonly number[], apart: boolean, waits: boolean) {
  const log: string[] = [];
  const phase = (name: string) => () => {
    log.push(name);
    return waits ? Promise.resolve().then(() => void log.push(`${name} ended`)) : undefined;
  };
  const messages = {
    processes: [devices],
    own: 0,
    send() {},
    receive() {},
    depart: () => void log.push("departed"),
  };
  return { log, phases: joined(["a", "b", "c"].map(phase), { messages, apart }) };
}

test("a device that is alone does all at once, one after the other", async () => {
  const { log, phases } = logged([3], false, false);
  expect(phases).toHaveLength(1);
  expect(phases[0]!()).toBeUndefined();
  expect(log).toEqual(["a", "b", "c"]);
  const waiting = logged([3], false, true);
  await waiting.phases[0]!();
  expect(waiting.log).toEqual(["a", "a ended", "b", "b ended", "c", "c ended"]);
});

test("what is apart has departed when its device goes on", async () => {
  const { log, phases } = logged([3], true, true);
  expect(phases).toHaveLength(2);
  await phases[0]!();
  expect(log).toEqual(["a", "a ended", "departed"]);
  await phases[1]!();
  expect(log.slice(3)).toEqual(["b", "b ended", "c", "c ended"]);
});

test("devices of one process take turns", () => {
  expect(logged([0, 1], false, false).phases).toHaveLength(3);
});
