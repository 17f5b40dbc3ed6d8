import { expect, it } from "vitest";
import { printResult } from "./result.ts";

function printed(result: unknown): string {
  let all = "";
  printResult(result, false, (text) => {
    all += text;
  });
  return all;
}

it("ids without a tokenizer to make text of them are printed, as --input-ids takes them", () => {
  expect(printed({ ids: [1, 2, 35] })).toBe("ids  1,2,35\n");
  expect(printed({ ids: [1, 2], text: "ab" })).toBe("ab\n");
});

it("lists of other things stay for --json", () => {
  expect(printed({ out: "run", files: ["a", "b"] })).toBe("out  run\n");
  expect(printed({ out: "run", unexpected: [] })).toBe("out  run\n");
});
