import type { Backend, Buffer } from "../../backend/backend.ts";
import { type DType, type HostArray, hostArray } from "../../dtype.ts";
import { type Box, volume } from "../../program/placement.ts";
import { type FilePart, readFilePart } from "./file.ts";
import { neededFor, partAtRest } from "./resting.ts";
import type { Kept } from "./stored.ts";

/** What a device holds of a tensor, as its backend has it. */
interface Held {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/**
 * A part of a file in a backend's memory: straight from the file where the host can reach that, else by
 * way of an array.
 *
 * @throws MtfError as `readFilePart`; `wrong-input` for a number that an int8 cannot be
 */
export async function partInMemory(
  part: FilePart,
  backend: Backend,
  { shape, dtype }: Held,
): Promise<Buffer> {
  const { rest, dtype: computed } = part.to;
  if (typeof rest === "object") {
    const numbers = await numbersOf(part, neededFor(part.box, part.to), computed);
    return backend.upload(partAtRest(numbers, part.box, part.to), shape, dtype);
  }
  const kept: Kept = rest ?? computed;
  const buffer = backend.allocate(shape, dtype);
  try {
    const reachable = backend.view(buffer)?.constructor === hostArray(dtype, 0).constructor;
    if (reachable) {
      const place = () => keptIn(backend.view(buffer)!, kept);
      await readFilePart(part, place, kept);
      return buffer;
    }
  } catch (error) {
    backend.dispose(buffer);
    throw error;
  }
  backend.dispose(buffer);
  const numbers = await numbersOf(part, part.box, kept);
  return backend.upload(partAtRest(numbers, part.box, part.to), shape, dtype);
}

async function numbersOf(part: FilePart, box: Box, kept: Kept): Promise<HostArray> {
  const numbers = hostArray(kept, volume(box));
  await readFilePart({ ...part, box }, () => numbers, kept);
  return numbers;
}

/** Memory as what is kept there: what rests in halves is bytes to a backend. */
function keptIn(memory: HostArray, kept: Kept): HostArray {
  if (kept !== "bfloat16" && kept !== "float16") return memory;
  return new Uint16Array(memory.buffer, memory.byteOffset, memory.length / 2);
}
