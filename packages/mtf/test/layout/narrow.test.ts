import * as fc from "fast-check";
import { expect, test } from "vitest";
import { openBackend } from "../../src/backend/open.ts";
import { narrowData } from "./case.ts";
import { checkCase } from "./checkCase.ts";
import { failureOf } from "./failure.ts";

const enough = 60;
const cases = Number(process.env.MTF_CASES ?? enough);
const seed = Number(process.env.MTF_SEED ?? 1);

/** No case takes long: this only ends what hangs. */
const patience = Math.max(5, cases / 200) * 60_000;

// Expected is what the unsplit run gives for numbers that were rounded before.
test.each([
  ["reference", cases],
  ["cpu", cases / 8],
  ["wasm", cases / 4],
] as const)(
  "on %s, what rests narrow gives what rounding it first gives, under every layout",
  { timeout: patience },
  async (name, numRuns) => {
    const backend = await openBackend(name);
    const moved = new Set<string>();
    const property = fc.asyncProperty(narrowData, async (data) => {
      const { program } = await checkCase(data, backend);
      for (const instruction of program.instructions) {
        if (instruction.kind !== "move") continue;
        const { rest } = program.values[instruction.result]!;
        if (rest) moved.add(typeof rest === "string" ? rest : rest.dtype);
      }
    });
    const result = await fc.check(property, { numRuns: Math.ceil(numRuns), seed });
    if (result.failed) throw failureOf(result, "narrow.test.ts", 10);
    if (name !== "reference" || cases < enough) return;
    expect([...moved].sort()).toEqual(["bfloat16", "float16", "int8"]);
  },
);
