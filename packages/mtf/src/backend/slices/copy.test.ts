import fc from "fast-check";
import { expect, test } from "vitest";
import { type CopyDim, copyOf, eachRun } from "./copy.ts";

const dim = fc
  .record({ size: fc.integer({ min: 1, max: 4 }), before: fc.nat(2), after: fc.nat(2) })
  .chain((d) => fc.record({ size: fc.constant(d), at: fc.nat(2), behind: fc.nat(2) }));

test("runs copy a box, whatever windows it is cut into", () => {
  fc.assert(
    fc.property(fc.array(dim, { maxLength: 4 }), fc.integer({ min: 1, max: 9 }), (spec, window) => {
      let [fromStep, toStep] = [1, 1];
      const dims: CopyDim[] = [];
      for (const { size, at, behind } of [...spec].reverse()) {
        dims.unshift({
          size: size.size,
          from: { begin: size.before, step: fromStep },
          to: { begin: at, step: toStep },
        });
        fromStep *= size.before + size.size + size.after;
        toStep *= at + size.size + behind;
      }
      const expected = new Float32Array(toStep).fill(-1);
      const place = (d: number, from: number, to: number): void => {
        const next = dims[d];
        if (!next) {
          expected[to] = from;
          return;
        }
        for (let i = 0; i < next.size; i++) {
          const [f, t] = [next.from, next.to];
          place(d + 1, from + (f.begin + i) * f.step, to + (t.begin + i) * t.step);
        }
      };
      place(0, 0, 0);

      const copied = new Float32Array(toStep).fill(-1);
      let elements = 0;
      for (let begin = 0; begin < fromStep; begin += window) {
        eachRun(copyOf(dims), begin, begin + window, (from, to, length) => {
          elements += length;
          for (let i = 0; i < length; i++) copied[to + i] = from + i;
        });
      }
      expect([...copied]).toEqual([...expected]);
      expect(elements).toBe(copyOf(dims).elements);
    }),
  );
});

test("neighbouring rows are one run", () => {
  const row = { begin: 0, step: 8 };
  const copy = copyOf([
    { size: 4, from: row, to: row },
    { size: 8, from: { begin: 0, step: 1 }, to: { begin: 0, step: 1 } },
  ]);
  expect(copy).toMatchObject({ run: 32, counts: [] });
});
