import fc from "fast-check";
import { expect, it } from "vitest";
import { parseJson } from "./json.ts";
import { parsePythonJson, printPythonJson } from "./python-json.ts";

it("is read as Python reads it", () => {
  // As json.loads has these, whose strings hold the words, too.
  const text = String.raw`{"NaN": [NaN, Infinity,-Infinity], "a": "\"NaN, -Infinity\\", "b":NaN}`;
  expect(parsePythonJson(text)).toEqual({
    NaN: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    a: '"NaN, -Infinity\\',
    b: Number.NaN,
  });
  expect(parsePythonJson("NaN")).toBeNaN();
});

it.each([
  ..."nan|-NaN|NaNs|NaN1|1NaN|1.Infinity|1e-Infinity|5Infinity|Infinity5|--Infinity|+Infinity|- Infinity".split(
    "|",
  ),
  "Inf",
  "NaN NaN",
  "{NaN: 1}",
  '"NaN',
])("is no JSON, as in Python: %s", (text) => {
  expect(() => parsePythonJson(text)).toThrow(SyntaxError);
});

it("is read back as it is printed, whatever it is", () => {
  const number = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, -1 / 0, 1 / 0));
  const text = fc.oneof(fc.string(), fc.constantFrom("NaN", '"-Infinity', "\\"));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      number.map((one) => one + 0),
      text,
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(text, tie("value"), { maxKeys: 3, noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(value, (one) => {
      expect(parsePythonJson(printPythonJson(one))).toEqual(one);
    }),
  );
});

it("tells what is wrong behind such numbers, and where", () => {
  expect(() => parseJson('{\n"a": NaN,\n"b": -Infinity,,\n}', "c.json")).toThrow(
    /c\.json is not JSON: '"' is missing\.\n.*c\.json:3, byte 27/,
  );
});
