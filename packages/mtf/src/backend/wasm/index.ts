import type { AddingKernel, Backend, Buffer, Kernel } from "../backend.ts";
import { bindAdding } from "./adding.ts";
import { bind } from "./bind.ts";
import { type Blas, type BlasThreads, findBlas } from "./blas/find.ts";
import type { Context } from "./context.ts";
import { copyOut, Heap, type HeapBuffer, heapLimit } from "./heap.ts";
import { instantiate } from "./instantiate.ts";
import { bindResting } from "./resting.ts";
import { addingIn } from "./sum.ts";
import { startEngine } from "./tensorflow.ts";

export interface WasmOptions {
  /**
   * Use relaxed SIMD where the engine has it: faster, and the last bits of results differ between
   * processors. All devices of a mesh must agree. Default true.
   */
  readonly relaxed?: boolean;
  /**
   * What the system's BLAS may take, one that was found already, or "off" to do without. Default one
   * thread.
   */
  readonly blas?: BlasThreads | Blas | "off";
}

/**
 * TensorFlow.js's wasm backend with kernels of ours in its memory: one core, and 4 GiB at most, a
 * thread. All backends of a thread share TensorFlow.js's heap and its counters.
 *
 * @throws Error if this host cannot run WebAssembly with SIMD
 * @example
 * const backend = await wasmBackend();
 */
export async function wasmBackend(options: WasmOptions = {}): Promise<Backend> {
  const { relaxed = true, blas: taken = { threads: 1, alone: false } } = options;
  const blas = blasOf(taken);
  const { engine, getKernel } = await startEngine();
  const compiled = await instantiate(engine.wasm.asm.memory, relaxed);
  const heap = new Heap(engine);
  for (const { keepConstants } of Object.values(compiled.kernels)) {
    keepConstants?.(heap.constants);
  }
  const context: Context = {
    heap,
    getKernel,
    kernels: compiled.kernels,
    codes: compiled.codes,
    blas,
    relaxed,
  };
  const kernels = compiled.relaxed ? "wasm-relaxed-simd" : "wasm-simd";
  const own = (buffer: Buffer) => buffer as HeapBuffer;

  return {
    name: "wasm",
    limitBytes: heapLimit,
    variant: blas ? `${kernels}+${blas.variant}` : kernels,
    // Kernels are given buffers that this backend made: nothing stands between them and who calls them.
    bind: (op, operands, results, reuse) =>
      bind(context, op, operands, results, reuse) as never as Kernel,
    bindResting: (op, operands, results) =>
      bindResting(context, op, operands, results) as never as Kernel | undefined,
    bindAdding: (op, operands, result) =>
      bindAdding(context, op, operands, result) as never as AddingKernel | undefined,
    expect: (bytes) => heap.expect(bytes),
    upload(data, shape, dtype) {
      const buffer = heap.allocate(shape, dtype);
      heap.view(buffer).set(data);
      return buffer;
    },
    allocate(shape, dtype, fill) {
      const buffer = heap.allocate(shape, dtype);
      if (fill !== undefined) heap.view(buffer).fill(fill);
      return buffer;
    },
    view: (buffer) => heap.view(own(buffer)),
    add: addingIn(heap, compiled.kernels),
    read: (buffer) => copyOut(heap, own(buffer)),
    write: (buffer, offset, data) => heap.view(own(buffer)).set(data, offset),
    share: (buffer, shape) => heap.share(own(buffer), shape),
    dispose: (buffer) => heap.dispose(own(buffer)),
    memory: () => heap.memory(),
  };
}

function blasOf(taken: BlasThreads | Blas | "off"): Blas | undefined {
  if (taken === "off") return undefined;
  return "sgemm" in taken ? taken : findBlas(taken);
}
