import { describe, expect, it } from "vitest";
import { compute, gradientError, numbers } from "../../../test/numeric.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import {
  defineDims,
  defineLayout,
  defineMesh,
  dimension,
  key,
  lower,
  placeholder,
} from "../../index.ts";
import {
  expertCapacity,
  expertChoiceRouter,
  type MixtureOptions,
  mixtureOfExperts,
  noTokenLeftBehindRouter,
  type Router,
  switchMaxRouter,
  switchRouter,
  top2Router,
  topNRouter,
} from "../../nn.ts";
import { readFloat64 } from "../../runtime/sharded.ts";
import { simulator } from "../../simulator.ts";
import { seatsOf } from "./seats.ts";

const dims = defineDims({ batch: 3, length: 5, embd: 4, ff: 3, expert: 4, place: 2 });
const { batch, length, embd, ff, expert } = dims;
const inputs = [
  placeholder([batch, length, embd]),
  placeholder([embd, expert]),
  placeholder([expert, embd, ff]),
  placeholder([expert, ff, embd]),
] as const;
const data = inputs.map((x, i) => {
  const size = dimsOf(x as AnyTensor).reduce((n, d) => n * d.size, 1);
  return numbers(size, i + 3);
});

type Given = typeof inputs;
type Options = MixtureOptions<"batch" | "length" | "embd">;

const mixture = (options: Omit<Options, "tokens">) => {
  return (...[x, router, up, down]: Given) =>
    mixtureOfExperts(x, { router, up, down }, { tokens: "length", ...options });
};

const close = (found: ArrayLike<number>, wanted: ArrayLike<number>, most = 1e-9) => {
  expect(found.length).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i++) {
    expect(Math.abs(found[i]! - wanted[i]!)).toBeLessThan(most);
  }
};

/** The gates of a token, and what the network of an expert makes of it, written out. */
function tokenOf(i: number) {
  const [xs, router, up, down] = data as [Float64Array, Float64Array, Float64Array, Float64Array];
  const x = xs.slice(4 * i, 4 * i + 4);
  const logits = [0, 1, 2, 3].map((e) => x.reduce((n, v, m) => n + v * router[4 * m + e]!, 0));
  const total = logits.reduce((n, l) => n + Math.exp(l), 0);
  const made = (e: number) => {
    const inner = [0, 1, 2].map((f) =>
      Math.max(
        x.reduce((n, v, m) => n + v * up[12 * e + 3 * m + f]!, 0),
        0,
      ),
    );
    return [0, 1, 2, 3].map((m) => inner.reduce((n, v, f) => n + v * down[12 * e + 4 * f + m]!, 0));
  };
  return { gates: logits.map((l) => Math.exp(l) / total), made };
}

const layouts = [
  {},
  { batch: "a", expert: "a", ff: "b" },
  { length: "a", embd: "b" },
  { expert: ["a", "b"], batch: "b" },
  { place: "a", ff: "a", batch: "b" },
];

/** Results of a function on a mesh of four under a layout, in double precision. */
async function under(rules: object, fn: (...xs: Given) => readonly AnyTensor[]) {
  const mesh = defineMesh({ a: 2, b: 2 });
  const layout = defineLayout({ dims, mesh, rules: rules as never });
  const devices = await simulator(mesh, { backend: "reference" });
  try {
    const run = await devices.load(lower(fn as never, { layout, inputs: inputs as never }));
    const results = (await (run as (...xs: unknown[]) => Promise<unknown>)(...data)) as never[];
    return await Promise.all(results.map((x) => readFloat64(x)));
  } finally {
    await devices.close();
  }
}

describe("mixtureOfExperts", () => {
  const best = (gates: number[], n: number) =>
    [...gates.keys()].sort((a, b) => gates[b]! - gates[a]!).slice(0, n);

  it.each<[string, Router, number, boolean, number]>([
    ["top2Router", top2Router(), 2, true, 0],
    ["topNRouter", topNRouter(3), 3, true, 1],
    ["switchRouter", switchRouter(), 1, false, 2],
    ["switchMaxRouter", switchMaxRouter(), 1, false, 3],
    ["noTokenLeftBehindRouter", noTokenLeftBehindRouter(2), 1, false, 4],
  ])(
    "%s: all that tokens choose, with and without a number of places",
    async (_, router, n, scaled, turn) => {
      const wanted = Array.from({ length: 15 }, (_, i) => {
        const { gates, made } = tokenOf(i);
        const experts = best(gates, n);
        const total = scaled ? experts.reduce((sum, e) => sum + gates[e]!, 1e-9) : 1;
        return [0, 1, 2, 3].map((m) =>
          experts.reduce((sum, e) => sum + (gates[e]! / total) * made(e)[m]!, 0),
        );
      }).flat();
      const ways = [{ places: dimension("place", 5) }, {}, { rows: 1 }, { rows: 3 }];
      const fn = (...xs: Given): readonly AnyTensor[] =>
        ways.flatMap((way) => {
          const { output, dropped } = mixture({ router, ...way })(...xs);
          return [output, dropped] as readonly AnyTensor[];
        });
      // Two layouts for each router, in turn.
      for (const rules of [0, 1].map((i) => layouts[(turn + i) % layouts.length]!)) {
        const found = await under(rules, fn);
        ways.forEach((_, i) => {
          close(found[2 * i]!, wanted);
          expect(found[2 * i + 1]![0]).toBe(0);
        });
      }
    },
  );

  it("has the gradient that differences show, in blocks as at places", () => {
    for (const more of [{ places: dimension("place", 3) }, { rows: 2 }]) {
      const fn = (...xs: Given) => {
        const { output, balance, routerZ } = mixture({ router: top2Router(), ...more })(...xs);
        return [output, balance, routerZ] as readonly AnyTensor[];
      };
      expect(gradientError(fn as never, inputs as never, data)).toBeLessThan(1e-6);
    }
  });

  it("counts what finds no place, and what each expert has", () => {
    const one = mixture({ router: switchRouter(), places: dimension("place", 1) });
    const fn = (...xs: Given) => {
      const { dropped, load } = one(...xs);
      return [dropped, load] as readonly AnyTensor[];
    };
    const [dropped, load] = compute(fn as never, inputs as never, data);
    const experts = Array.from({ length: 15 }, (_, i) => best(tokenOf(i).gates, 1)[0]!);
    const held = [0, 1, 2, 3].map(
      (e) => [0, 1, 2].filter((b) => experts.slice(5 * b, 5 * b + 5).includes(e)).length,
    );
    const kept = held.reduce((n, k) => n + k);
    expect(dropped![0]).toBeCloseTo(1 - kept / 15, 12);
    close(
      load!,
      held.map((k) => k / kept),
    );
  });

  it("draws second choices, experts and noise from its key, the same under every layout", async () => {
    const routers = [
      { router: top2Router({ later: { odds: 0.5 } }) },
      { router: switchRouter({ temperature: 2 }), noise: { jitter: 0.5 } },
      { router: topNRouter(2), noise: { dropout: 0.5 } },
    ];
    for (const options of routers) {
      const fn = (...xs: Given) =>
        [1, 1, 2].map((seed) => mixture({ ...options, key: key(seed) })(...xs).output);
      const [first, same, other] = await under({}, fn as never);
      expect([...first!]).toEqual([...same!]);
      expect([...first!]).not.toEqual([...other!]);
      const [split] = await under({ batch: "a", expert: "a", ff: "b" }, fn as never);
      close(split!, first!);
      expect(() => mixture(options)(...inputs)).toThrow("'key' must be a key");
    }
  });

  it("refuses what makes no sense", () => {
    const [x, router, up, down] = inputs;
    const options = { router: top2Router(), tokens: "length" } as const;
    const params = { router, up, down };
    expect(() => mixtureOfExperts(x, params, { ...options, places: batch })).toThrow("'batch'");
    expect(() => mixture({ router: topNRouter(5) })(...inputs)).toThrow("of 4 experts no 5");
    expect(() => mixture({ router: expertChoiceRouter() })(...inputs)).toThrow("number of places");
    const wrong = { ...params, router: placeholder([batch, embd]) };
    expect(() => mixtureOfExperts(x, wrong as never, options)).toThrow("leads from one dim of x");
  });
});

describe("routers, on gates that were worked out by hand", () => {
  const [tokens, experts, places] = [
    dimension("token", 4),
    dimension("choice", 3),
    dimension("place", 2),
  ];
  const logits = [2, 1, 0, 1.5, 1, 0, 3, 0, 1, 0, 2, 1];
  const seats = (router: Router) => {
    const fn = (x: Tensor<string>) => {
      const gating = { logits: x, tokens, experts, places };
      const routing = router(gating);
      const { token, weight } = seatsOf(routing, gating, undefined);
      return [token, weight, routing.balance];
    };
    const [token, weight, balance] = compute(
      fn as never,
      [placeholder([tokens, experts]) as AnyTensor],
      [logits],
    );
    return { token: [...token!], weight: [...weight!], balance: balance![0]! };
  };

  it("top2Router: second choices queue behind the first that have a place", () => {
    const { token, weight, balance } = seats(top2Router());
    expect(token).toEqual([0, 1, 3, 0, 2, 3]);
    close(weight, [0.731059, 0.622459, 0.731059, 0.268941, 0.119203, 0.268941], 1e-6);
    expect(balance).toBeCloseTo(1.447561014, 8);
  });

  it("switchRouter: what finds no place goes nowhere", () => {
    const { token, weight, balance } = seats(switchRouter());
    expect(token).toEqual([0, 1, 3, -1, -1, -1]);
    close(weight, [0.665241, 0.546549, 0.665241, 0, 0, 0], 1e-6);
    expect(balance).toBeCloseTo(1.447561014, 8);
  });
});

it("expertCapacity is what all need, within bounds", () => {
  const found = [
    [1024, 16, 1.25],
    [1024, 16, 2],
    [1024, 512, 1.25],
    [64, 16, 1.25],
    [16, 4, 2],
    [8, 1, 2],
  ].map(([n, e, factor]) => expertCapacity(n!, e!, { factor }));
  expect(found).toEqual([80, 128, 4, 5, 8, 8]);
});
