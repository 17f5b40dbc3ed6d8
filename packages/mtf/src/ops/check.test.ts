import { expect, it, vi } from "vitest";
import * as mtf from "../index.ts";

it("a tensor of a library that is loaded a second time is told as such", async () => {
  vi.resetModules();
  const second = await import("../index.ts");
  const { a } = second.defineDims({ a: 2 });
  const foreign = second.ones([a]) as never;
  for (const op of [() => mtf.exp(foreign), () => mtf.add(foreign, 1)]) {
    expect(op).toThrow(/must be a tensor.*of this copy of mtf, and is a tensor\./);
    expect(op).toThrow("`npm ls mtf` shows each copy: a program needs one, of one version");
  }
});
