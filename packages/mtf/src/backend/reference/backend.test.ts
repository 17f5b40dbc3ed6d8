import { expect, test } from "vitest";
import { checkBackend } from "../../../test/support/checkBackend.ts";
import { referenceBackend } from "./backend.ts";

test("every kind runs, leaks nothing and leaves its operands alone", async () => {
  await checkBackend(referenceBackend(), { runs: 500 });
});

test("memory counts what is shared once", () => {
  const backend = referenceBackend();
  const buffer = backend.upload(Float32Array.of(1, 2, 3, 4), [4], "float32");
  const matrix = backend.share(buffer, [2, 2]);
  expect(backend.memory()).toEqual({ buffers: 2, bytes: 16 });
  backend.dispose(buffer);
  expect(backend.view(matrix)).toEqual(Float64Array.of(1, 2, 3, 4));
  backend.dispose(matrix);
  expect(backend.memory()).toEqual({ buffers: 0, bytes: 0 });
});

test("a buffer that was disposed of is refused", () => {
  const backend = referenceBackend();
  const buffer = backend.allocate([2], "int32", 7);
  backend.dispose(buffer);
  expect(() => backend.read(buffer)).toThrow("disposed");
});
