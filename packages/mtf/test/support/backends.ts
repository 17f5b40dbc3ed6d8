import type { BackendName } from "../../src/backend/open.ts";

/** The backend that `npm run conformance` is about, in its tests. */
export const asked = process.env.MTF_BACKEND as BackendName | undefined;

/**
 * Backends that are outside of the laws about NaN and infinities: WGSL lets an implementation assume
 * that there are none.
 */
export const finiteOnly: ReadonlySet<BackendName | undefined> = new Set(["webgpu"]);

/** Of so many drawn cases those that are run: on a GPU almost every one compiles shaders of its own. */
export function drawn(cases: number): number {
  return asked === "webgpu" ? Math.ceil(cases / 6) : cases;
}

/** The backends that a test runs on: the one that was asked for, or the usual ones. */
export function backendsOr(...usual: readonly BackendName[]): readonly BackendName[] {
  return asked ? [asked] : usual;
}

/** How far apart two neighbours among a backend's floats are, at 1. */
export const roundings: { readonly [B in BackendName]: number } = {
  reference: 2 ** -52,
  cpu: 2 ** -23,
  wasm: 2 ** -23,
  tensorflow: 2 ** -23,
  webgpu: 2 ** -23,
};
