import { describe, test } from "vitest";
import { openBackend } from "../../src/backend/open.ts";
import { backendsOr, drawn, finiteOnly } from "../support/backends.ts";
import { checkBackend } from "../support/checkBackend.ts";
import { elementwiseFns } from "../support/elementwiseCase.ts";
import { kinds } from "../support/kernelCases.ts";

// Each case is compared with float64, computed twice, leaves its operands as they were and nothing
// behind in the backend's memory.

const [name] = backendsOr("wasm");
const backend = await openBackend(name!);
const finite = finiteOnly.has(name);

describe("every kind of op, on slices in any order of dims", () => {
  test.each(kinds)("%s", (kind) =>
    checkBackend(backend, { kinds: [kind], runs: drawn(150), finite }),
  );
});

describe("every function of elements", () => {
  test.each(elementwiseFns)("%s", (fn) =>
    checkBackend(backend, { fns: [fn], runs: drawn(60), finite }),
  );
});
