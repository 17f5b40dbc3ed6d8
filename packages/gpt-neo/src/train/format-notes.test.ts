import { expect, it } from "vitest";
import { formatNotes } from "./format-notes.ts";

const training = { data: ["a.txt"], validation_data: ["held.jsonl"] };
const begun = { folder: ".", options: { inputFormat: "jsonl" }, config: { training } };
const remembered = { begun, found: undefined as never };
const run = { config: "tiny", out: "run", resume: true, remembered } as const;

it("tells what is called otherwise than it is read, where the format was said of other data", () => {
  expect(formatNotes({ ...run, data: ["b.txt", "c.jsonl", "d"], inputFormat: "jsonl" })).toEqual([
    'b.txt is read as jsonl, as the run was begun: `inputFormat: "txt"` reads it as it is called',
  ]);
});

it("tells what is read otherwise than before, where the format is said of other data", () => {
  expect(formatNotes({ ...run, data: ["b.txt"], inputFormat: "txt" })).toEqual([
    "held.jsonl is read as txt as well, which it was not before",
  ]);
  expect(formatNotes({ ...run, validationData: ["b"], inputFormat: "txt" })).toEqual([
    "a.txt is read as txt as well, which it was not before",
  ]);
});

it("has nothing to tell of a run that goes on with its data, or is no run that goes on", () => {
  expect(formatNotes({ ...run, inputFormat: "jsonl" })).toEqual([]);
  expect(formatNotes({ ...run, inputFormat: "txt" })).toEqual([]);
  expect(formatNotes({ config: "tiny", data: ["a.txt"], inputFormat: "jsonl" })).toEqual([]);
});
