import { expect, test } from "vitest";
import { wasmBackend } from "./index.ts";

// In a file of its own: no backend has been started in this thread before.
test("two backends may be asked for at once, and each has its own buffers", async () => {
  const [one, other] = await Promise.all([wasmBackend(), wasmBackend()]);
  const buffer = one!.upload(Float32Array.of(1, 2, 3), [3], "float32");
  const beside = other!.upload(Float32Array.of(4, 5, 6), [3], "float32");
  expect(await one!.read(buffer)).toEqual(Float32Array.of(1, 2, 3));
  expect(await other!.read(beside)).toEqual(Float32Array.of(4, 5, 6));
});
