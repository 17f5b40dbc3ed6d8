import { expect, it } from "vitest";
import type { LoadedModel } from "../../../loaded-model.ts";
import { bytesTokenizer } from "../../../tokenizer/index.ts";
import { generatedText } from "./generated.ts";
import { promptIn } from "./prompts.ts";

const model = { tokenizer: bytesTokenizer } as LoadedModel;

/** The text of a prompt that the model has added a letter to. */
function textWith(prompt: string, options: Parameters<typeof promptIn>[1]): string | undefined {
  const made = { ids: [97], chosen: [{ id: 97 }], ending: { reason: "length" as const } };
  const asked = { prompt: promptIn(prompt, options, model), tokenizer: bytesTokenizer, stops: [] };
  return generatedText(made, asked).text;
}

it("what begins an empty text is shown where it was written, or where special tokens are text", () => {
  expect(textWith("", {})).toBe("a");
  expect(textWith("", { special: true })).toBe("<|endoftext|>a");
  expect(textWith("", { inputIds: [256] })).toBe("<|endoftext|>a");
  expect(textWith("b", {})).toBe("ba");
  expect(textWith("<|endoftext|>b", { special: true })).toBe("<|endoftext|>ba");
});
