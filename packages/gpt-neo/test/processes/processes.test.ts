import { simulator } from "mtf/simulator";
import { expect, test } from "vitest";
import { runPair } from "../../../mtf/test/processes/pair.ts";
import { steps } from "./steps.ts";

test("two processes train a model to the same bits as one", async () => {
  const pair = await runPair(new URL("./steps.member.ts", import.meta.url));
  const alone = await steps((mesh) => simulator(mesh, { backend: "wasm", deterministic: true }));
  for (const { code, output, errors } of pair) {
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    expect(output.trim().split("\n")).toEqual(alone);
  }
});
