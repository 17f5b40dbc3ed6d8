import type { KernelBackend } from "@tensorflow/tfjs-core";
import { type HostArray, hostArray } from "../../dtype.ts";
import { volumeOf } from "../../shape.ts";
import type { Backend, Kernel } from "../backend.ts";
import { openArena } from "./arena.ts";
import { bindStep } from "./bind.ts";
import { after, always } from "./maybe.ts";
import {
  check,
  drop,
  explain,
  guard,
  hold,
  type Memory,
  numbersOf,
  put,
  settle,
} from "./memory.ts";
import { overwrite } from "./overwrite.ts";

export interface TfjsOptions {
  /** The memory behind a key, where the host can reach it. */
  readonly view?: (dataId: object) => HostArray;
}

/**
 * A backend of TensorFlow.js, whose kernels are called directly: no tape, no engine, no tensors but
 * the backend's own.
 *
 * @example
 * const backend = tfjsBackend(new MathBackendCPU(), "cpu");
 */
export function tfjsBackend(
  instance: KernelBackend,
  name: string,
  options: TfjsOptions = {},
): Backend {
  const memory: Memory = {
    instance,
    name,
    view: options.view,
    live: new Set(),
    held: new Map(),
  };

  return {
    name,
    variant: name,
    bind(op, operands, results): Kernel {
      const step = bindStep(op, operands, results);
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
    },
    upload(data, shape, dtype) {
      const own = guard(() => hostArray(dtype, data.length));
      own.set(data);
      return hold(memory, put(memory, own, shape, dtype));
    },
    allocate(shape, dtype, fill = 0) {
      const size = volumeOf(shape);
      const data = guard(() => hostArray(dtype, size));
      return hold(memory, put(memory, fill === 0 ? data : data.fill(fill), shape, dtype));
    },
    view: (buffer) => memory.view?.(check(memory, buffer).dataId),
    read(buffer) {
      const numbers = numbersOf(memory, check(memory, buffer));
      return memory.view ? (numbers as HostArray).slice() : numbers;
    },
    write(buffer, offset, data) {
      const target = check(memory, buffer);
      if (memory.view) memory.view(target.dataId).set(data, offset);
      else overwrite(memory, target, offset, data);
    },
    share(buffer, shape) {
      const { dataId, dtype } = check(memory, buffer);
      instance.incRef(dataId);
      return hold(memory, { dataId, dtype, shape: [...shape] });
    },
    dispose: (buffer) => drop(memory, buffer),
    memory() {
      const bytes = [...memory.held.values()].reduce((sum, entry) => sum + entry.bytes, 0);
      return { buffers: instance.numDataIds(), bytes };
    },
  };
}
