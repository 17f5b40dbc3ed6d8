import { expect, test, vi } from "vitest";
import { computingOf } from "./computing.ts";

const cores = vi.hoisted(() => ({ count: 8 }));
vi.mock("../machine.ts", () => ({ coresOfMachine: () => cores.count }));

test.each([
  [8, 1, 8],
  [8, 2, 4],
  [8, 3, 2],
  [8, 8, 1],
  [8, 64, 1],
  [2, 1, 2],
  [1, 1, 1],
])("of %i cores, each of %i devices takes %i threads", (count, devices, threads) => {
  cores.count = count;
  const alone = devices === 1;
  expect(computingOf(devices, false)).toEqual({ threads, alone, deterministic: false });
});
