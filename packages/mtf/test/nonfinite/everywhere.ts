import { defineLayout, defineMesh, isTensor, leavesOf, lower, parseRules } from "mtf";
import { expect, test } from "vitest";
import type { Backend } from "../../src/backend/backend.ts";
import { openBackend } from "../../src/backend/open.ts";
import type { Sharded } from "../../src/runtime/devices.ts";
import { simulator } from "../../src/simulator.ts";
import { backendsOr } from "../support/backends.ts";

/** A program, its inputs with their numbers, and what it gives, output by output. */
export interface Case {
  readonly fn: (...xs: never[]) => unknown;
  readonly inputs: readonly (readonly [tensor: unknown, numbers: readonly number[]])[];
  readonly gives: readonly (readonly number[])[];
}

const dims = Object.fromEntries(["m", "n", "k"].map((name) => [name, { name, size: 1 }]));

/** Whole, cut unevenly, cut in both dims, and with nothing left for some devices. */
const layouts = [
  ["", ""],
  ["p:3", "n:p"],
  ["p:2,q:3", "m:q,n:p"],
  ["p:6", "n:p,k:p"],
] as const;

const backends = await Promise.all(
  backendsOr("reference", "cpu", "wasm").map((name) => openBackend(name)),
);

/** Tests that a program gives the same on every backend under every layout. */
export function everywhere(what: string, { fn, inputs, gives }: Case): void {
  test.each(backends.map((backend) => [backend.name, backend] as const))(
    `${what}, on %s`,
    async (_, backend) => {
      for (const [mesh, rules] of layouts) {
        const found = await run(fn, inputs, backend, mesh, rules);
        expect(found.length).toBe(gives.length);
        found.forEach((numbers, i) => void requireClose(numbers, gives[i]!, `${mesh} ${rules}`));
      }
    },
  );
}

async function run(
  fn: Case["fn"],
  inputs: Case["inputs"],
  backend: Backend,
  axes: string,
  rules: string,
): Promise<readonly (readonly number[])[]> {
  const mesh = defineMesh(axes || "p:1");
  const lowered = lower(fn as never, {
    layout: defineLayout<string, string>({ dims, mesh, rules: parseRules(rules) }),
    inputs: inputs.map(([tensor]) => tensor) as never,
  });
  const devices = await simulator(mesh, { backend });
  try {
    const loaded = (await devices.load(lowered)) as unknown as (
      ...given: readonly unknown[]
    ) => Promise<unknown>;
    const results = leavesOf(await loaded(...inputs.map(([, x]) => x)), isSharded);
    return await Promise.all(results.map(async ([, x]) => [...(await x.read())]));
  } finally {
    await devices.close();
  }
}

const isSharded = (x: unknown): x is Sharded =>
  typeof x === "object" && x !== null && "readBox" in x && !isTensor(x);

function requireClose(found: readonly number[], wanted: readonly number[], where: string): void {
  const close = (a: number, b: number) =>
    Number.isFinite(b) ? Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b)) : Object.is(a, b);
  const same = found.length === wanted.length && wanted.every((x, i) => close(found[i]!, x));
  expect(same ? wanted : found, where).toEqual(wanted);
}
