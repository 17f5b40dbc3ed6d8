import { expect, it } from "vitest";
import { parseConfig } from "../config/index.ts";
import { checkShare } from "./check-share.ts";
import type { TrainOptions } from "./options.ts";

function errorOf(options: object, validation_data: string[] | null = null): string | undefined {
  const config = parseConfig({ training: { validation_data } });
  try {
    checkShare({ config: "tiny", data: "a.txt", ...options } as TrainOptions, config);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

it("refuses a share beside data to validate with, whoever names them", () => {
  expect(errorOf({ validationShare: 0.1 }, ["held.txt"])).toMatchInlineSnapshot(`
    "[bad-argument] \`validationShare\` has nothing to hold back: other data are there to validate with.
      validates with  held.txt
      try             no \`validationShare\`
      try             \`set: {"validation_data":null}\` beside it"
  `);
  // Documents are in no config.
  const given = { validationShare: 0.1, validationData: ["held"] };
  expect(errorOf(given)).toMatchInlineSnapshot(`
    "[bad-argument] \`validationShare\` has nothing to hold back: other data are there to validate with.
      try  no \`validationShare\`
      try  no \`validationData\`"
  `);
});

it("takes each alone, and a share of nothing", () => {
  expect(errorOf({ validationShare: 0.1 })).toBeUndefined();
  expect(errorOf({ validationData: "held.txt" }, ["held.txt"])).toBeUndefined();
  expect(errorOf({ validationShare: 0 }, ["held.txt"])).toBeUndefined();
});
