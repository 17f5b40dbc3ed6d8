import fc from "fast-check";
import { expect, it } from "vitest";
import { apart } from "./apart.ts";
import { type Window, windowsOf } from "./windows.ts";

type Part = { readonly ids: Int32Array<ArrayBuffer>; readonly end: boolean };

/** As it is defined, with all of a document at hand. */
function windowsByDefinition(ids: readonly number[], longest: number, stride: number) {
  const windows: { tokens: number[]; labels: number[] }[] = [];
  let predicted = 1;
  for (let begin = 0; begin < ids.length; begin += stride) {
    const end = Math.min(begin + longest, ids.length);
    const labels = ids.slice(begin, end).map((_, i) => {
      const at = begin + i + 1;
      return at < end && at >= predicted ? ids[at]! : -100;
    });
    windows.push({ tokens: ids.slice(begin, end), labels });
    predicted = end;
    if (end === ids.length) break;
  }
  return windows;
}

async function* partsOf(documents: readonly (readonly number[])[], size: number) {
  for (const document of documents) {
    for (let at = 0; at < Math.max(1, document.length); at += size) {
      const ids = Int32Array.from(document.slice(at, at + size));
      yield { ids, end: at + size >= document.length };
    }
  }
}

const plain = ({ tokens, labels }: Window) => ({ tokens: [...tokens], labels: [...labels] });

it("windows of documents in parts are those of whole ones", async () => {
  const documents = fc.array(fc.array(fc.nat(99), { maxLength: 40 }), { maxLength: 5 });
  const sizes = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.nat(8));
  await fc.assert(
    fc.asyncProperty(documents, sizes, async (all, [size, longest, less]) => {
      const stride = Math.max(1, longest - less);
      const found: ReturnType<typeof plain>[] = [];
      for await (const window of windowsOf(partsOf(all, size), longest, stride)) {
        found.push(plain(window));
      }
      expect(found).toEqual(all.flatMap((ids) => windowsByDefinition(ids, longest, stride)));
    }),
  );
});

it("windows come as soon as there is an id behind them, however long the document is", async () => {
  let given = 0;
  async function* endless(): AsyncGenerator<Part> {
    for (;;) {
      given += 10;
      yield { ids: new Int32Array(10), end: false };
    }
  }
  let seen = 0;
  for await (const { tokens } of windowsOf(endless(), 32, 32)) {
    seen += tokens.length;
    expect(given).toBeLessThanOrEqual(seen + 20);
    if (seen > 3200) break;
  }
});

it("documents joined in others are taken apart behind each end, however they come in parts", async () => {
  const documents = fc.array(fc.array(fc.nat(3), { maxLength: 20 }), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(documents, fc.integer({ min: 1, max: 7 }), async (all, size) => {
      const found: number[][] = [];
      let held: number[] = [];
      for await (const { ids, end } of apart(partsOf(all, size), 0)) {
        held.push(...ids);
        if (!end) continue;
        if (held.length > 0) found.push(held);
        held = [];
      }
      const expected = all.flatMap(
        (ids) => ids.join(",").match(/(?:[1-9],?)*0|(?:[1-9],?)+/g) ?? [],
      );
      expect(found.map((ids) => ids.join(","))).toEqual(
        expected.map((text) => text.replace(/^,|,$/g, "")),
      );
    }),
  );
});
