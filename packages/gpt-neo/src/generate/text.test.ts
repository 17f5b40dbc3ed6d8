import { expect, it } from "vitest";
import { bytesTokenizer, type Tokenizer } from "../tokenizer/index.ts";
import { promptOf } from "./text.ts";

it("of a text that is to go on, knows which ids nobody has written", () => {
  expect(promptOf(bytesTokenizer, "ab")).toEqual({ ids: [97, 98], hidden: 0 });
  expect(promptOf(bytesTokenizer, "")).toEqual({ ids: [256], hidden: 1 });
  const around = { before: [256], after: [256, 256] };
  const encode = (text: string) => Int32Array.of(256, ...bytesTokenizer.encode(text), 256, 256);
  const begun: Tokenizer = { ...bytesTokenizer, around, encode };
  expect(promptOf(begun, "ab")).toEqual({ ids: [256, 97, 98], hidden: 1 });
  expect(promptOf(begun, "")).toEqual({ ids: [256], hidden: 1 });
  // A tokenizer that only ends texts begins none.
  const ended: Tokenizer = {
    ...bytesTokenizer,
    around: { before: [], after: [256] },
    encode: (text) => Int32Array.of(...bytesTokenizer.encode(text), 256),
  };
  expect(promptOf(ended, "")).toEqual({ ids: [256], hidden: 1 });
});
