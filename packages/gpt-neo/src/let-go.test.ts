import { expect, it } from "vitest";
import { letGo } from "./let-go.ts";

it("frees an array's memory at once", () => {
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 64; i++) {
    const array = new Uint8Array(1 << 22);
    letGo(array);
    expect(array).toHaveLength(0);
  }
  // 256 MiB went by.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20);
});
