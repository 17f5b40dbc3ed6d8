import { expect, it } from "vitest";
import * as mtf from "../index.ts";
import * as layers from "../nn.ts";
import { close, drawn, given } from "./testing/given.ts";

// biome-ignore lint/suspicious/noExplicitAny: these are about numbers, the compiler is asked elsewhere
const [m, nn]: any[] = [mtf, layers];
type Ten = mtf.AnyTensor;

const { length, batch, kv, heads } = mtf.defineDims({ length: 6, batch: 4, kv: 2, heads: 2 });

/** All attention, with those hidden that are too far along either dim. */
function whole(q: Ten, k: Ten, v: Ten, near: Record<string, number>): Ten {
  const flat = (x: Ten) => m.merge(x, ["length", "batch"], mtf.dimension("place", 24));
  const memory = (x: Ten) => m.rename(flat(x), "place", "seen");
  const [place, seen] = [mtf.dimension("place", 24), mtf.dimension("seen", 24)];
  const at = (d: mtf.Dimension) => [m.floorDiv(m.iota(d), 4), m.mod(m.iota(d), 4)];
  const [own, other] = [at(place), at(seen)];
  const close = (i: number, far: number) =>
    m.lessEqual(m.abs(m.sub(m.broadcast(own[i], seen), other[i])), far);
  const visible = m.and(close(0, near.length ?? 99), close(1, near.batch ?? 99));
  const options = { over: "seen", within: "kv", scale: 0.5, visible };
  return m.split(nn.attention(flat(q), memory(k), memory(v), options), "place", [length, batch]);
}

it.each([{ length: 1, batch: 1 }, { length: 2, batch: 0 }, { length: 4, batch: 3 }, { length: 2 }])(
  "a neighborhood is attention with all but those near hidden: %j",
  async (near) => {
    const inputs = [1, 2, 3].map(() => drawn(length, batch, heads, kv));
    const local = (q: Ten, k: Ten, v: Ten) =>
      nn.neighborhoodAttention(q, k, v, { near, within: "kv", scale: 0.5 });
    const all =
      "batch" in near
        ? (q: Ten, k: Ten, v: Ten) => whole(q, k, v, near)
        : (q: Ten, k: Ten, v: Ten) =>
            nn.localAttention(q, k, v, {
              ...{ along: "length", within: "kv", back: near.length, ahead: near.length },
              scale: 0.5,
            });
    const ordered = (f: (...xs: Ten[]) => Ten) =>
      ((...xs: Ten[]) => m.einsum([f(...xs)], ["length", "batch", "heads", "kv"])) as never;
    close(await given(ordered(local as never), inputs), await given(ordered(all as never), inputs));
  },
);

it("refuses what makes no sense", () => {
  const x = mtf.placeholder([length, kv]);
  const near = (given: object) => nn.neighborhoodAttention(x, x, x, { near: given, within: "kv" });
  expect(() => near({})).toThrow("names no dim");
  expect(() => near({ row: 1 })).toThrow("no dim 'row'");
  expect(() => near({ length: -1 })).toThrow("options.near.length");
});
