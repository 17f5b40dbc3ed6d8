import * as fc from "fast-check";
import { expect, it } from "vitest";
import { bytesTokenizer, gpt2Tokenizer } from "../tokenizer/index.ts";
import { stopsBy } from "./stop-strings.ts";

const gpt2 = gpt2Tokenizer();

it("finds a text that begins ids before the one that completes it", () => {
  const stopOf = stopsBy([".\n\n", "wor"], gpt2);
  expect(stopOf([...gpt2.encode("Hello.")])).toBeUndefined();
  expect(stopOf([...gpt2.encode("Hello.\n\n")])).toBe(".\n\n");
  expect(stopOf([...gpt2.encode("Hello world")])).toBe("wor");
  // It was complete before the last id.
  expect(stopOf([...gpt2.encode("Hello world and more")])).toBeUndefined();
});

it("finds a text within a character that several ids make", () => {
  const bytes = bytesTokenizer;
  const stopOf = stopsBy(["é🙂"], bytes);
  const ids = [...bytes.encode("né🙂n")];
  const found = ids.map((_, i) => stopOf(ids.slice(0, i + 1)));
  expect(found.map((text) => text !== undefined)).toEqual(ids.map((_, i) => i === ids.length - 2));
});

it("finds the first place where a text is complete, whatever the ids", () => {
  const texts = fc.string({ unit: fc.constantFrom("a", "b", " the", "é", "\n"), maxLength: 12 });
  const stop = fc.string({
    unit: fc.constantFrom("a", "b", "t", "é", "\n"),
    minLength: 1,
    maxLength: 3,
  });
  const property = fc.property(
    texts,
    fc.array(stop, { minLength: 1, maxLength: 2 }),
    (text, stops) => {
      const stopOf = stopsBy(stops, gpt2);
      const ids = [...gpt2.encode(text)];
      const first = ids.findIndex((_, i) => stopOf(ids.slice(0, i + 1)) !== undefined);
      const whole = ids.findIndex((_, i) => {
        const decoder = gpt2.decoder();
        const seen = ids
          .slice(0, i + 1)
          .map((id) => decoder.push(id))
          .join("");
        return stops.some((one) => seen.includes(one));
      });
      expect(first).toBe(whole);
    },
  );
  void fc.assert(property, { numRuns: 300 });
});

it("needs a tokenizer", () => {
  expect(stopsBy([], undefined)([1])).toBeUndefined();
  expect(() => stopsBy(["a"], undefined)).toThrow("`stopStrings` need a tokenizer");
});
