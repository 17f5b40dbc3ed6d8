import { defineMesh } from "mtf";
import { expect, it } from "vitest";
import { parseConfig } from "../config/index.ts";
import { layoutOf } from "../session.ts";
import { modelOf } from "./index.ts";

it.each([
  ["gpt_neo", {}, true],
  ["gpt2", {}, true],
  ["gpt_neox", { architecture: { pos_emb: "rotary" } }, false],
  ["gptj", { architecture: { pos_emb: "rotary", gpt_j_residual: true, gpt_j_tied: true } }, false],
])("%s has the dim of a table of positions if it has the table", (model_type, more, has) => {
  const config = parseConfig({ model_type, ...more });
  const dims = modelOf(config).dims(config, 2, 8);
  const table = modelOf(config)
    .names(config)
    .some((parameter) => parameter.dims.flat().some(({ name }) => name === "position"));
  expect(table).toBe(has);
  expect("position" in dims).toBe(has);
  const listed = has ? /position=/ : /^(?!.*position=)/s;
  const wrong = () => layoutOf({ layout: "nothing:data" }, defineMesh("data:2"), dims);
  expect(wrong).toThrow("no dimension is called 'nothing'");
  expect(wrong).toThrow(listed);
});
