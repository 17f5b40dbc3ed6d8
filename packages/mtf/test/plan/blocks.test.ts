import { describe, expect, it } from "vitest";
import { defaultMachine, explain, lower } from "../../src/index.ts";
import { shortened } from "../../src/partition/blocks/shorten.ts";
import { stretched } from "../../src/partition/blocks/stretch.ts";
import { lookAhead, programsOf, wholly } from "../../src/partition/lookAhead.ts";
import { subjectOf } from "../../src/partition/subject.ts";
import { type BlockModel, drawBlockModel } from "./blockModel.ts";
import { randomFrom } from "./drawn.ts";

const donated = [0];

/** What a model is planned as by a few of its blocks, if it is, and with all of them. */
function both({ traced, layout }: BlockModel) {
  const subject = subjectOf(traced, layout, donated);
  const short = shortened(subject);
  const way = short && programsOf(short.subject, defaultMachine)[0]!();
  return { found: way && stretched(way, short), whole: wholly(subject, defaultMachine) };
}

describe("a model of many blocks", () => {
  it("has the program that it has when planned with all of its blocks", {
    timeout: 600_000,
  }, () => {
    const random = randomFrom(7);
    let stretches = 0;
    for (let seed = 1; seed <= 24; seed++) {
      const model = drawBlockModel(seed, 26 + Math.floor(random() * 15));
      const { found, whole } = both(model);
      if (!found) continue;
      stretches++;
      expect(found.program, model.text).toEqual(whole.program);
      expect(found.cost / whole.cost, model.text).toBeCloseTo(1, 9);
      expect(found.work / whole.work, model.text).toBeCloseTo(1, 9);
    }
    expect(stretches).toBeGreaterThan(12);
  });

  it("is planned with all of them where they are few", () => {
    for (let blocks = 1; blocks < 28; blocks++) {
      const { traced, layout } = drawBlockModel(blocks, blocks);
      expect(shortened(subjectOf(traced, layout, donated))).toBeUndefined();
    }
  });

  it("is planned with all of them where one in the middle computes something else", () => {
    for (let seed = 1; seed <= 8; seed++) {
      const model = drawBlockModel(seed, 32, 16);
      const { traced, layout, text } = model;
      expect(shortened(subjectOf(traced, layout, donated)), text).toBeUndefined();
      const found = lookAhead(traced, layout, donated, defaultMachine).program;
      const fns = found.instructions.flatMap((i) => (i.kind === "compute" ? [i.op] : []));
      const gelus = fns.filter((op) => op.kind === "elementwise" && op.attributes.fn === "gelu");
      expect(gelus.length, text).toBeGreaterThan(0);
    }
  });

  it("is explained value by value", () => {
    for (let seed = 1; seed <= 3; seed++) {
      const { step, inputs, layout, text } = drawBlockModel(seed, 30);
      const lowered = lower(step, { layout, inputs, donate: donated });
      expect(explain(lowered).program, text).toEqual(lowered.program);
    }
  });
});
