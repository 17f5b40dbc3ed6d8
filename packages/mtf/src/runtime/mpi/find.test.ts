import { afterEach, expect, test, vi } from "vitest";
import { findMpi } from "./find.ts";

afterEach(() => void vi.unstubAllEnvs());

test("a file that MTF_MPI names and that is no MPI is refused", () => {
  vi.stubEnv("MTF_MPI", "libm.so.6");
  expect(() => findMpi()).toThrowErrorMatchingInlineSnapshot(`
    [MtfError: [backend-unavailable] MPI cannot be used: MTF_MPI=libm.so.6 is no library with MPI_Init.
      try  MTF_MPI=/path/to/libmpi.so.40]
  `);
});
