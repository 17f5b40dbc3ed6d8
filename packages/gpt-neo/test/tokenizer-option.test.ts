import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { callHere, resultOf, temporaryFolder } from "./support/cli.ts";
import { fixture } from "./support/expected.ts";

const at = ["--runtime", "simulator", "--mesh", "data:1"];
const large = ["--model", fixture("hugging-face/gpt-neo-50257"), ...at];
const small = ["--model", fixture("weights/safetensors/one"), ...at];

it("generate takes another tokenizer than the model's own", async () => {
  const args = ["--prompt", "Hi", "--max-new-tokens", "1", "--greedy", "--json"];
  const idsOf = async (...more: readonly string[]) =>
    resultOf<{ ids: number[] }>(await callHere("generate", ...large, ...args, ...more)).ids;
  expect((await idsOf()).slice(0, -1)).toEqual([17250]);
  expect((await idsOf("--tokenizer", "bytes")).slice(0, -1)).toEqual([72, 105]);
});

it("eval takes another tokenizer than the model's own", async () => {
  const data = join(temporaryFolder(), "text.txt");
  writeFileSync(data, "Hi there");
  const tokensOf = async (...more: readonly string[]) =>
    resultOf<{ tokens: number }>(
      await callHere("eval", ...large, "--data", data, "--json", ...more),
    ).tokens;
  expect([await tokensOf(), await tokensOf("--tokenizer", "bytes")]).toEqual([1, 7]);
});

it("a tokenizer with more ids than the model is refused", async () => {
  const { code, stderr } = await callHere(
    ...["generate", ...small, "--prompt", "x", "--tokenizer", "bytes"],
  );
  expect([code, stderr]).toEqual([
    1,
    `gpt-neo: [bad-argument] the tokenizer has more ids than the model.
  tokenizer  bytes, 257 ids
  model      vocab_size 97
`,
  ]);
});
