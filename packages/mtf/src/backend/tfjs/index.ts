import { type HostArray, hostArray } from "../../dtype.ts";
import type { Kind } from "../../graph/kinds.ts";
import { volumeOf } from "../../shape.ts";
import type { Backend, Kernel } from "../backend.ts";
import { kernelByParts } from "../byParts.ts";
import { openArena } from "./arena.ts";
import { bindStep } from "./bind.ts";
import type { Step } from "./kernel.ts";
import { after, always } from "./maybe.ts";
import {
  check,
  drop,
  explain,
  guard,
  hold,
  type Memory,
  numbersOf,
  openMemory,
  put,
  settle,
  share,
  usageOf,
} from "./memory.ts";
import { overwrite } from "./overwrite.ts";
import type { Target } from "./target.ts";
import { withinMemory } from "./within.ts";

/** What TensorFlow.js has no kernels for: where there are none of our own, it is computed by its parts. */
const composites: ReadonlySet<Kind> = new Set([
  "flashAttention",
  "flashAttentionGrad",
  "pagedAttention",
  "maskedAttention",
]);

/**
 * A backend of TensorFlow.js, whose kernels are called directly: no tape, no engine, no tensors but
 * the backend's own.
 *
 * @example
 * const instance = new MathBackendCPU();
 * const backend = tfjsBackend({
 *   name: "cpu", variant: "cpu", kernels: "cpu", instance, faults: faults.cpu,
 * });
 */
export function tfjsBackend(target: Target): Backend {
  const { name, variant } = target;
  const memory = openMemory(target);

  const backend: Backend = {
    name,
    variant,
    bind(op, operands, results, reuse) {
      const step = composites.has(op.kind)
        ? target.own?.(op, operands, results, reuse)
        : bindStep(target, op, operands, results, reuse);
      return step ? kernelOf(memory, step) : kernelByParts(backend, op, operands, results);
    },
    bindResting(op, operands, results, reuse) {
      const step = target.own?.(op, operands, results, reuse);
      return step && kernelOf(memory, step);
    },
    upload(data, shape, dtype) {
      const own = guard(() => hostArray(dtype, data.length));
      own.set(data);
      if (dtype === "bool" && target.uploadBytes) {
        return hold(memory, target.uploadBytes(own as Uint8Array, shape));
      }
      return hold(memory, put(memory, own, shape, dtype));
    },
    allocate(shape, dtype, given) {
      if (target.allocate) return hold(memory, target.allocate(shape, dtype, given));
      const fill = given ?? 0;
      const size = volumeOf(shape);
      const data = guard(() => hostArray(dtype, size));
      return hold(memory, put(memory, fill === 0 ? data : data.fill(fill), shape, dtype));
    },
    within: target.within && withinMemory(memory, target.within),
    view: (buffer) => target.view?.(check(memory, buffer).dataId),
    read(buffer) {
      const numbers = numbersOf(memory, check(memory, buffer));
      return target.view ? (numbers as HostArray).slice() : numbers;
    },
    write(buffer, offset, data) {
      const own = check(memory, buffer);
      if (target.view) target.view(own.dataId).set(data, offset);
      else if (target.write) target.write(own.dataId, offset, data);
      else overwrite(memory, own, offset, data);
    },
    share: (buffer, shape) => share(memory, buffer, shape),
    dispose: (buffer) => drop(memory, buffer),
    memory: () => usageOf(memory),
  };
  return backend;
}

/** A step as a kernel: what it makes on the way is freed, whether it succeeds or not. */
function kernelOf(memory: Memory, step: Step): Kernel {
  return (buffers) => {
    const arena = openArena(memory);
    const run = () =>
      after(
        step(
          arena,
          buffers.map((b) => check(memory, b)),
        ),
        (made) => made.map((info) => hold(memory, settle(memory, arena.keep(info)))),
      );
    const ran = guard(() => always(run, arena.free));
    return ran instanceof Promise ? ran.catch((error) => Promise.reject(explain(error))) : ran;
  };
}
