import { expect, it } from "vitest";
import { inWords } from "./in-words.ts";

it.each([
  ["number", "a number"],
  ["Array", "a list"],
  [">=1", "1 or more"],
  [">0", "above 0"],
  ["<=0.5", "at most 0.5"],
  ["<1", "below 1"],
  ['("a" | "b" | null)', '"a", "b" or null'],
  ["(string | Array)", "text or a list"],
  ['"number"', '"number"'],
  ["-1", "-1"],
  ["a regular expression", "a regular expression"],
])("%s is %s", (term, words) => {
  expect(inWords(term)).toBe(words);
});
