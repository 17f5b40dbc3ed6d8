import { getKernel, type NamedAttrMap, type TensorInfo } from "@tensorflow/tfjs-core";
import type { DType, HostArray } from "../../dtype.ts";
import { internal } from "../../errors.ts";
import type { MaybePromise } from "../backend.ts";
import { type Memory, numbersOf, put } from "./memory.ts";

type Inputs = Readonly<Record<string, TensorInfo>> | readonly TensorInfo[];

/** Calls kernels and owns every tensor they make until the op is done. */
export interface Arena {
  /** Runs a kernel by its registered name. */
  call(kernel: string, inputs: Inputs, attributes?: Readonly<Record<string, unknown>>): TensorInfo;
  /** A function of one tensor. */
  map(kernel: string, x: TensorInfo): TensorInfo;
  /** A function of two, which broadcast; a number is a constant of the other's dtype. */
  zip(kernel: string, a: TensorInfo | number, b: TensorInfo | number): TensorInfo;
  put(data: HostArray, shape: readonly number[], dtype: DType): TensorInfo;
  /** A tensor of undefined content, for kernels of our own to write. */
  room(shape: readonly number[], dtype: DType): TensorInfo;
  /** Whether nobody but the op's caller has these numbers. */
  isAlone(x: TensorInfo): boolean;
  read(x: TensorInfo): MaybePromise<HostArray>;
  /** The numbers, where the host can have them without waiting. */
  atHand(x: TensorInfo): HostArray | undefined;
  /** Takes a tensor out, with a reference of its own. */
  keep(x: TensorInfo): TensorInfo;
  /** Frees all that was not taken out. */
  free(): void;
}

export function openArena(memory: Memory): Arena {
  const { instance, kernels } = memory.target;
  let owned: TensorInfo[] = [];

  const own = (info: TensorInfo): TensorInfo => {
    owned.push(info);
    return info;
  };
  const arena: Arena = {
    call(kernel, inputs, attributes = {}) {
      const found = getKernel(kernel, kernels);
      if (!found) throw internal(`the backend '${kernels}' has no kernel '${kernel}'`);
      const attrs = attributes as unknown as NamedAttrMap;
      const made = found.kernelFunc({ inputs: inputs as never, attrs, backend: instance });
      return own(made as TensorInfo);
    },
    map: (kernel, x) => arena.call(kernel, { x }),
    zip(kernel, a, b) {
      const dtype = typeof a === "number" ? (b as TensorInfo).dtype : a.dtype;
      const tensor = (x: TensorInfo | number) =>
        typeof x === "number" ? arena.put(arrayOf(dtype as DType, x), [], dtype as DType) : x;
      return arena.call(kernel, { a: tensor(a), b: tensor(b) });
    },
    put: (data, shape, dtype) => own(put(memory, data, shape, dtype)),
    room: (shape, dtype) =>
      own({ dataId: instance.write(null as never, [...shape], dtype), shape: [...shape], dtype }),
    isAlone({ dataId }) {
      const entry = memory.held.get(dataId);
      return entry !== undefined && entry.holders === 1 && entry.numbers.keys === 1;
    },
    read: (x) => numbersOf(memory, x),
    atHand({ dataId }) {
      const { view, read } = memory.target;
      return (view ?? read)?.(dataId);
    },
    keep(x) {
      const at = owned.indexOf(x);
      if (at >= 0) owned.splice(at, 1);
      else instance.incRef(x.dataId);
      return x;
    },
    free() {
      for (const { dataId } of owned) instance.disposeData(dataId);
      owned = [];
    },
  };
  return arena;
}

function arrayOf(dtype: DType, value: number): HostArray {
  if (dtype === "float32") return Float32Array.of(value);
  return dtype === "int32" ? Int32Array.of(value) : Uint8Array.of(value);
}
