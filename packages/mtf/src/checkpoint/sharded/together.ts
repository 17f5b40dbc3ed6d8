import type { MtfError } from "../../errors.ts";
import type { Sharded } from "../../runtime/devices.ts";
import { asFailure } from "../../runtime/fleet.ts";
import { stateOf } from "../../runtime/sharded.ts";
import { inFileOrder, type TensorToWrite } from "../safetensors/write.ts";

/** A part of a tensor, which is read from the devices when its turn comes. */
export interface PartToWrite extends TensorToWrite {
  readonly data: () => AsyncIterable<Float32Array | Int32Array | Uint8Array>;
}

/** The files of a checkpoint by name, and what goes into them. */
export type Files = ReadonlyMap<string, readonly PartToWrite[]>;

/**
 * Has one of the processes that host a mesh write, and the others read along, since what is read all
 * read together. All end when it has ended; where it fails, so do all.
 *
 * @param tensor one of what is written
 * @param files what is written, whatever the files are called
 */
export async function together(
  tensor: Sharded,
  files: () => Files,
  write: () => Promise<void>,
): Promise<void> {
  const { fleet } = stateOf(tensor)!;
  if (!fleet.several) return write();
  const first = fleet.devices[0] === 0;
  if (!first) return readAlong(files()).then(() => meet(tensor));
  try {
    await write();
  } catch (error) {
    fleet.fail(asFailure(error, fleet.mesh, 0) as MtfError);
    throw error;
  }
  await meet(tensor);
}

async function readAlong(files: Files): Promise<void> {
  for (const parts of files.values()) {
    for (const { data } of inFileOrder(parts)) for await (const _ of data());
  }
}

/** The first number lies on the first device: nobody has it before that one's process reads it, too. */
async function meet(tensor: Sharded): Promise<void> {
  await tensor.readBox(tensor.names.map(() => ({ begin: 0, size: 1 })));
}
