import * as fc from "fast-check";
import { expect, it } from "vitest";
import { untilStop } from "./until-stop.ts";

// Two letters, so that texts often begin what would end them.
const letters = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 12 });
const stops = fc.array(fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 4 }), {
  maxLength: 3,
});

it("gives what is before the first text that ends it, however it is cut", () => {
  const property = fc.property(fc.array(letters, { maxLength: 6 }), stops, (pieces, ends) => {
    const whole = pieces.join("");
    // The text ends as soon as one of them is whole.
    const complete = [...whole].findIndex((_, i) => {
      return ends.some((end) => whole.slice(0, i + 1).endsWith(end));
    });
    const seen = complete < 0 ? whole : whole.slice(0, complete + 1);
    const at = ends.map((end) => seen.indexOf(end)).filter((i) => i >= 0);
    const until = untilStop(ends);
    const parts = pieces.map((piece) => until.push(piece));
    const made = parts.join("") + until.end();
    expect(whole.startsWith(made)).toBe(true);
    if (at.length === 0) expect(made).toBe(whole);
    else for (const end of ends) expect(made).not.toContain(end);
  });
  void fc.assert(property, { numRuns: 500 });
});

it("holds back only what may begin such a text", () => {
  const until = untilStop(["\n\n", "END"]);
  expect(until.push("one E")).toBe("one ");
  expect(until.push("N")).toBe("");
  expect(until.push("t\n")).toBe("ENt");
  expect(until.push("two\n")).toBe("\ntwo");
  expect(until.push("\nthree")).toBe("");
  expect(until.push("four") + until.end()).toBe("");
  const none = untilStop([]);
  expect(none.push("all")).toBe("all");
});
