import type { Buffer } from "../../../backend/backend.ts";
import { enteringOf, type Region } from "../../../program/program.ts";
import type { Frame } from "../device.ts";

/** How the results of a region's body get out of it. */
export interface Taking {
  /** Takes a buffer out of the body; what several want, or the outside holds, is shared. */
  taken(inner: number): Buffer;
  /** Frees what is left: what the body was given and never read, or gave to several. */
  clear(): void;
}

/** @param results all that is taken out of the body, each as often as it is */
export function bindTaking(
  region: Region,
  results: readonly number[],
  { slots, device: { backend } }: Frame,
): Taking {
  const { constant } = region;
  const outside = new Set(constant.map((b) => b.inner));
  const shared = new Set(
    results.filter((value, i) => outside.has(value) || results.indexOf(value) !== i),
  );
  const left = [...new Set([...enteringOf(region), ...results])].filter((v) => !outside.has(v));
  return {
    taken(inner) {
      const buffer = slots[inner]!;
      if (shared.has(inner)) return backend.share(buffer, buffer.shape);
      slots[inner] = undefined;
      return buffer;
    },
    clear() {
      for (const { inner } of constant) slots[inner] = undefined;
      for (const inner of left) {
        const buffer = slots[inner];
        if (buffer) backend.dispose(buffer);
        slots[inner] = undefined;
      }
    },
  };
}
