import { internal } from "../errors.ts";
import type { Op } from "../graph/kinds.ts";
import type { Backend, Buffer, Kernel, MaybePromise, Slice } from "./backend.ts";
import { partsOf } from "./slices/parts.ts";

/**
 * A composite that a backend has no kernel for, by its kernels of the primitives that it is made of. What
 * lies between these is freed as soon as it has been read.
 */
export function kernelByParts(
  backend: Pick<Backend, "bind" | "dispose">,
  op: Op,
  operands: readonly Slice[],
  results: readonly Slice[],
): Kernel {
  const whole = partsOf(op, operands, results);
  const bound = whole.parts.map((part) => ({
    ...part,
    kernel: backend.bind(part.op, part.operands, part.results, []),
  }));
  return (given) => {
    const values: (Buffer | undefined)[] = [...given];
    const bufferOf = (value: number): Buffer => values[value] ?? missing(value);
    /** A kernel may have given an operand as its result. */
    const end = (value: number) => {
      const buffer = bufferOf(value);
      values[value] = undefined;
      if (!values.includes(buffer)) backend.dispose(buffer);
    };
    const from = (i: number): MaybePromise<readonly Buffer[]> => {
      const part = bound[i];
      if (!part) return whole.results.map(bufferOf);
      const take = (made: readonly Buffer[]) => {
        part.writes.forEach((value, k) => {
          values[value] = made[k]!;
        });
        part.ends.forEach(end);
        return from(i + 1);
      };
      const made = part.kernel(part.reads.map(bufferOf));
      return made instanceof Promise ? made.then(take) : take(made);
    };
    return from(0);
  };
}

function missing(value: number): never {
  throw internal(`value ${value} of a composite was not made before its use`);
}
