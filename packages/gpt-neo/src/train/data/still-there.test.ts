import { expect, it } from "vitest";
import { parseConfig, presets } from "../../config/index.ts";
import { checkStillThere } from "./still-there.ts";

// A run that was begun with documents of a program does not find them by itself.

const own = import.meta.filename;
const config = (training: object) =>
  parseConfig({ ...presets.tiny, training: { ...presets.tiny!.training, ...training } }, "tiny");
const begun = (training: object) => ({
  begun: { folder: ".", options: {}, config: { training } },
  found: undefined as never,
});
const resume = { out: "runs/book", resume: true };
const key = { key: "a" };

it("says that what it was trained on has to be given again", async () => {
  const options = { ...resume, remembered: begun({ data: null }) };
  await expect(
    checkStillThere(options, config({}), undefined),
  ).rejects.toThrowErrorMatchingInlineSnapshot(`
    [MtfError: [bad-argument] the run was trained on documents of a program, which its folder does not keep.
      try  the same documents, given again by the program
      try  \`data: ["FILE"]\`, files that hold the same]
  `);
  const given = { ...options, data: { documents: ["a"] } };
  await expect(checkStillThere(given, config({}), undefined)).resolves.toBeUndefined();
  // Of one that has forgotten its files by what is said now, nothing is known.
  const forgotten = { ...resume, remembered: begun({ data: [own] }) };
  await expect(checkStillThere(forgotten, config({}), undefined)).resolves.toBeUndefined();
});

it("says that what it was validated with has to be given again, or done without", async () => {
  const options = { ...resume, remembered: begun({ data: [own] }) };
  const data = [own];
  const before = { settings: { data }, contents: { data: key, validation_data: key } };
  const check = (more: object) =>
    checkStillThere({ ...options, ...more }, config({ data }), before);
  await expect(check({})).rejects.toThrowErrorMatchingInlineSnapshot(`
    [MtfError: [bad-argument] the run was validated with documents of a program, which its folder does not keep.
      try  the same documents, given again by the program
      try  \`validationData: ["FILE"]\`, files that hold the same
      try  \`validationShare: 0\`, to validate no more]
  `);
  const others = [
    { validationData: { documents: ["a"] } },
    { validationShare: 0.1 },
    { set: { validation: 0 } },
  ];
  for (const other of others) await expect(check(other)).resolves.toBeUndefined();
  // It has validated with files, and is told not to.
  const files = { ...before, settings: { data, validation_data: [own] } };
  const rest = checkStillThere(options, config({ data }), files);
  await expect(rest).resolves.toBeUndefined();
});
