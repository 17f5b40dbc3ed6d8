import { readFileSync } from "node:fs";
import { defineLayout, defineMesh, parseRules, placeholder } from "mtf";
import { expect, test } from "vitest";
import { lower } from "../../src/partition/lower.ts";
import type { Sharded } from "../../src/runtime/devices.ts";
import { simulator } from "../../src/simulator.ts";
import { knownPrograms } from "./knownWrong.ts";

type Numbers = readonly (number | readonly number[])[];

/** A program that the original library gets wrong under a layout, or refuses; see the file. */
interface KnownCase {
  readonly id: string;
  readonly inputs: Readonly<Record<string, Numbers | string>>;
  readonly layout: string;
  readonly right: readonly {
    readonly dims: [string, number][];
    readonly data: (number | string)[];
  }[];
}

const file = new URL("../fixtures/mesh-tensorflow/known-wrong.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: KnownCase[] };

const mesh = defineMesh("r:2,c:2");
const dimNames = "a b c x y z p q l hi lo ab n k h w co length memory_length io kv".split(" ");
const known = Object.fromEntries(dimNames.map((name) => [name, { name, size: 1 }]));

// The layout of the case, and others for it and for cases about a single device.
const layouts = [
  "",
  "a:r,n:r,x:r",
  "a:c,b:r,n:r+c",
  "b:r+c",
  "y:c,p:r,k:c",
  "h:r,w:c",
  "w:r+c,co:r",
  "length:r+c",
  "length:c,io:r,kv:r",
];

test.each(cases)("layout of a known wrong answer: $id", async ({ id, inputs, layout, right }) => {
  const { inputs: dims, data, dtype = "float32", run } = knownPrograms[id]!;
  for (const text of [layout.replaceAll(";", ","), ...layouts]) {
    const lowered = lower(run as never, {
      layout: defineLayout<string, string>({ dims: known, mesh, rules: parseRules(text) }),
      inputs: Object.values(dims).map((own) => placeholder(own, dtype)) as never,
    });
    const devices = await simulator(mesh);
    try {
      const loaded = (await devices.load(lowered)) as unknown as Loaded;
      const names = Object.keys(dims);
      const given = names.map((name) => numbersOf(data?.[name] ?? inputs[name]!, inputs));
      const results = await loaded(...given);
      for (const [i, { dims: order, data: wanted }] of right.entries()) {
        expect(results[i]!.names.toSorted()).toEqual(order.map(([name]) => name).toSorted());
        const numbers = await results[i]!.read();
        expect(numbers.length).toBe(wanted.length);
        wanted.forEach((x, at) => void expect(numbers[at], text).toBeCloseTo(Number(x), 4));
      }
    } finally {
      await devices.close();
    }
  }
});

type Loaded = (...given: readonly unknown[]) => Promise<readonly Sharded[]>;

/** Numbers as given, or the transpose of the 4 × 4 matrix x. */
function numbersOf(given: Numbers | string, inputs: KnownCase["inputs"]) {
  if (typeof given !== "string") return given.flat();
  const x = inputs.x as readonly number[];
  return Array.from({ length: 16 }, (_, i) => x[(i % 4) * 4 + Math.floor(i / 4)]!);
}
