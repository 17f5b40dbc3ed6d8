import type { Backend, Buffer, Kernel, MaybePromise, Slice } from "../../backend/backend.ts";
import type { Op } from "../../graph/kinds.ts";
import { widen } from "../../rest/widen.ts";
import { volumeOf } from "../../shape.ts";
import { bytesOf } from "./bytesOf.ts";
import { after, heldOf, shapeOf, sizedOf } from "./device.ts";
import { gathering } from "./gathering.ts";
import { slicing } from "./slicing.ts";

/**
 * Binds an op to slices of which some may rest narrow: the backend's kernel widens them as it reads,
 * where it has one that does, else they are widened for it.
 */
export function bindReading(
  backend: Backend,
  op: Op,
  operands: readonly Slice[],
  results: readonly Slice[],
  reuse: readonly number[],
): Kernel {
  const rests = operands.flatMap((slice, i) => (slice.rest ? [i] : []));
  if (rests.length === 0) return backend.bind(op, operands, results, reuse);
  if (results[0]!.rest) return viewing(backend, results[0]!);
  const own = reuse.filter((i) => !operands[i]!.rest);
  const reading = backend.bindResting?.(op, operands, results, own);
  if (reading) return reading;
  if (op.kind === "slice") return slicing(backend, op.attributes, operands[0]!, results[0]!);
  if (op.kind === "gather" && operands[0]!.rest) {
    return gathering(backend, op, operands as [Slice, Slice], results[0]!);
  }
  const wide = operands.map(({ rest: _, ...slice }) => slice);
  const kernel = backend.bind(op, wide, results, [...own, ...rests]);
  const widenings = operands.map((slice) => slice.rest && widening(backend, slice));
  return (buffers) => {
    const widened = widenings.map((widen, i) => widen?.(buffers[i]!) ?? buffers[i]!);
    const compute = (given: readonly Buffer[]) => {
      const free = (made: readonly Buffer[]) => {
        for (const i of rests) if (!made.includes(given[i]!)) backend.dispose(given[i]!);
        return made;
      };
      return after(kernel(given), free);
    };
    const given = all(widened);
    return given instanceof Promise ? given.then(compute) : compute(given);
  };
}

/** What rests under other dims: the same bytes. */
function viewing(backend: Backend, result: Slice): Kernel {
  const { shape } = heldOf(result);
  return ([buffer]) => [backend.share(buffer!, shape)];
}

/** The float32 numbers of a slice that rests. */
function widening(backend: Backend, slice: Slice): (buffer: Buffer) => MaybePromise<Buffer> {
  const { rest: _, ...wide } = slice;
  const op = { kind: "elementwise", attributes: { fn: "toFloat32", scalars: [null] } } as const;
  const kernel = backend.bindResting?.(op, [slice], [wide], []);
  if (kernel) return (buffer) => after(kernel([buffer]), ([widened]) => widened!);
  const [sized, shape] = [sizedOf(slice), shapeOf(slice)];
  return (buffer) => {
    const widened = backend.allocate(shape, "float32");
    return after(bytesOf(backend, buffer), (bytes) => {
      const target = backend.view(widened);
      const numbers = target ?? new Float32Array(volumeOf(shape));
      widen(bytes, sized, numbers);
      if (!target) backend.write(widened, 0, numbers);
      return widened;
    });
  };
}

function all(buffers: readonly MaybePromise<Buffer>[]): MaybePromise<readonly Buffer[]> {
  const waits = buffers.some((buffer) => buffer instanceof Promise);
  return waits ? Promise.all(buffers) : (buffers as readonly Buffer[]);
}
