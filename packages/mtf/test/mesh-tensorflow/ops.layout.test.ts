import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defineMesh } from "../../src/index.ts";
import type { Devices } from "../../src/runtime/devices.ts";
import { simulator } from "../../src/simulator.ts";
import { backendsOr } from "../support/backends.ts";
import { builders } from "./builders/index.ts";
import { type Case, fixture } from "./fixture.ts";
import { boundOf, difference, given, lowered, runOn } from "./run.ts";

interface Ops {
  readonly mesh: string;
  readonly left_out: Readonly<Record<string, number>>;
  readonly cases: readonly Case[];
}

const { mesh, left_out, cases } = fixture<Ops>("ops.json");
const byOp = new Map<string, Case[]>();
for (const of of cases) byOp.set(of.op, [...(byOp.get(of.op) ?? []), of]);

const [backend] = backendsOr("reference");
/** The fixture's floats are off by as much as one bound; so are another's that rounds, too. */
const rounded = backend === "reference" ? 1 : 2;

const count = { cases: 0, gradients: 0, checked: 0, refused: 0, worst: 0, worstOf: "" };
let one: Devices;
let four: Devices;

beforeAll(async () => {
  one = await simulator(defineMesh("all:1"), { backend: backend! });
  four = await simulator(defineMesh(mesh), { backend: backend! });
});
afterAll(async () => {
  await one.close();
  await four.close();
  const elsewhere = Object.entries(left_out);
  const total = elsewhere.reduce((n, [, k]) => n + k, 0);
  console.log(
    [
      `${count.cases} cases of ${byOp.size} ops, ${count.gradients} with gradients: on one device, in ${count.checked} layouts that Mesh-TensorFlow ran and ${count.refused} that it refused`,
      `largest difference: ${count.worst.toFixed(2)} of its bound (${count.worstOf})`,
      `${total} cases of ${elsewhere.length} ops are run where decoding is, in packages/gpt-neo/test/mesh-tensorflow-beams.test.ts: ${elsewhere.map(([op, n]) => `${op} ${n}`).join(", ")}`,
    ].join("\n"),
  );
});

/**
 * The layouts that a case is tried under: `npm test` tries four of an op's for each case, in turn, and of
 * mixtures of experts, which take long to plan, two; `npm run test:layouts` all.
 */
function layoutsOf(of: Case, turn: number): readonly string[] {
  const all = [...of.layouts_checked, ...of.layouts_refused.map(([layout]) => layout)];
  const some = of.op.startsWith("moe.") ? 2 : 4;
  if (process.env.MTF_LAYOUTS === "all" || all.length <= some) return all;
  return Array.from({ length: some }, (_, i) => all[(some * turn + i) % all.length]!);
}

async function check(of: Case, turn: number): Promise<void> {
  const known = given(of);
  const bound = rounded * boundOf(known);
  const refused = of.layouts_refused.map(([layout]) => layout);
  const layouts = layoutsOf(of, turn);
  for (const layout of [undefined, ...layouts]) {
    const program = lowered(known, layout === undefined ? "all:1" : mesh, layout ?? "");
    const found = await runOn(layout === undefined ? one : four, program, known.data);
    expect(found.length).toBe(known.wanted.length);
    known.wanted.forEach((wanted, i) => {
      const what = `${of.name} under '${layout ?? "one device"}': ${wanted.what}`;
      const off = difference(found[i]!, wanted, what);
      const exact = program.result[i]!.dtype !== "float32";
      if (off > (exact ? 0 : bound)) {
        throw new Error(
          `${what} is off by ${off}, of ${exact ? 0 : bound} at most\n found ${found[i]!.data}\nwanted ${wanted.data}`,
        );
      }
      if (!exact && off / bound > count.worst) {
        count.worst = off / bound;
        count.worstOf = what;
      }
    });
  }
  count.cases += 1;
  if ((of.gradients ?? []).length > 0) count.gradients += 1;
  const others = layouts.filter((layout) => refused.includes(layout)).length;
  count.checked += layouts.length - others;
  count.refused += others;
}

describe("what Mesh-TensorFlow gave, values and gradients, under every layout", () => {
  it("has a builder for each op of the fixture", () => {
    expect([...byOp.keys()].filter((op) => !builders[op])).toEqual([]);
  });

  it("builders import what is exported, and nothing else of the library", () => {
    const folder = new URL("builders/", import.meta.url);
    const files = readdirSync(folder).map((name) => new URL(name, folder));
    const texts = [...files, new URL("tensors.ts", import.meta.url)].map((file) =>
      readFileSync(file, "utf8"),
    );
    const imported = texts.flatMap((text) => [...text.matchAll(/from "([^"]+)"/g)]);
    const others = imported.map(([, from]) => from!).filter((from) => /src\//.test(from));
    expect(imported.length).toBeGreaterThan(texts.length);
    expect(others).toEqual([]);
  });

  for (const [op, own] of byOp) {
    it(`${op} (${own.length}, layouts)`, async () => {
      for (const [turn, of] of own.entries()) await check(of, turn);
    });
  }
});
