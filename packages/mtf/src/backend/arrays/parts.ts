import { type HostArray, hostArray } from "../../dtype.ts";
import type { Op } from "../../graph/kinds.ts";
import { volume } from "../../program/placement.ts";
import type { Slice } from "../backend.ts";
import type { LocalKind } from "../localOp.ts";
import { partsOf } from "../slices/parts.ts";
import type { ArrayKernel, Bind } from "./kernel.ts";

/** A composite by the primitives that it is made of. */
export function byParts<K extends LocalKind>(
  kind: K,
  bind: (op: Op, operands: readonly Slice[], results: readonly Slice[]) => ArrayKernel,
): Bind<K> {
  return (attributes, operands, results) => {
    const whole = partsOf({ kind, attributes } as Op, operands, results);
    const bound = whole.parts.map((part) => ({
      ...part,
      run: bind(part.op, part.operands, part.results),
    }));
    return (inputs, outputs) => {
      const values: (HostArray | undefined)[] = [...inputs];
      for (const { run, reads, writes, results, ends } of bound) {
        writes.forEach((value, i) => {
          values[value] = roomFor(results[i]!);
        });
        run(
          reads.map((value) => values[value]!),
          writes.map((value) => values[value]!),
        );
        for (const value of ends) values[value] = undefined;
      }
      whole.results.forEach((value, i) => void outputs[i]!.set(values[value]!));
    };
  };
}

function roomFor({ dtype, box }: Slice): HostArray {
  return dtype === "float32" ? new Float64Array(volume(box)) : hostArray(dtype, volume(box));
}
