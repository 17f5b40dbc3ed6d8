import { expect, it } from "vitest";
import { callHere } from "../../test/support/cli.ts";

it.each([
  ["generate --model none --prompt a --dtype fp16", "--dtype float16"],
  ["eval --model none --data a.txt --dtype bf16", "--dtype bfloat16"],
  ["convert --from none --to none --dtype half", "--dtype float16"],
  ["cat - --input-format tfrecrds", "--input-format tfrecords"],
])("a value that is none says what was likely meant: %s", async (line, meant) => {
  const { code, stderr } = await callHere(...line.split(" "));
  expect([code, stderr]).toEqual([1, expect.stringContaining(`\n  try  ${meant}\n`)]);
});

it("a value that is like none says only what there is", async () => {
  const { stderr } = await callHere("convert", "--from", "a", "--to", "b", "--dtype", "x");
  expect(stderr).toBe(
    "gpt-neo: [bad-argument] --dtype is 'x', not float32 or float16 or bfloat16.\n",
  );
});
