import { basename } from "node:path";
import {
  type ByteSource,
  badFile,
  findTensor,
  openBytes,
  readShards,
  readStrided,
  type StridedTensor,
} from "mtf/files";
import { inFile } from "../in-file.ts";
import type { WeightSource, WeightTensor } from "../source.ts";
import { isTied } from "../tied.ts";
import { unreadable } from "../unreadable.ts";
import { PickleError, unpickle } from "./pickle.ts";
import { bytesOf, TensorError, tensorsOf, torchMeaning, type View } from "./tensors.ts";
import { dataOf, readZip, type Zip } from "./zip.ts";

/** The description of a hundred thousand tensors is shorter. */
const longestPickle = 64 << 20;

/** What torch.save began its files with before version 1.6. */
const legacyMagic = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20];

interface Placed extends WeightTensor, StridedTensor {
  readonly bytes: ByteSource;
}

/**
 * Opens weights that torch.save wrote, in one file or in several with an index. Nothing that a file
 * asks for is run: only the names that tensors need are known.
 *
 * @throws MtfError `bad-file` naming file, byte and reason
 * @example
 * const weights = await openPytorch("pytorch_model.bin");
 */
export async function openPytorch(from: string | ByteSource): Promise<WeightSource> {
  const open: ByteSource[] = [];
  const close = async (): Promise<void> => {
    for (const bytes of open) await bytes.close();
  };
  try {
    const tensors = new Map<string, Placed>();
    const file = typeof from === "string" ? from : from.name;
    if (file.endsWith(".json")) {
      for (const [shard, names] of await readShards(file)) {
        const bytes = await openBytes(shard);
        open.push(bytes);
        const found = await tensorsIn(bytes);
        for (const name of names) {
          const tensor = found.get(name);
          if (!tensor && isTied(name)) continue;
          if (!tensor) throw badFile(file, 0, `${basename(shard)} has no tensor '${name}'`);
          tensors.set(name, tensor);
        }
      }
    } else {
      const bytes = typeof from === "string" ? await openBytes(from) : from;
      open.push(bytes);
      for (const [name, tensor] of await tensorsIn(bytes)) tensors.set(name, tensor);
    }
    return {
      format: "pytorch",
      file,
      metadata: undefined,
      skipped: [],
      tensors,
      async read(name, options) {
        const tensor = findTensor(tensors, name, file);
        return readStrided(tensor.bytes, tensor, options);
      },
      inFile(name) {
        const tensor = tensors.get(name);
        return tensor && inFile(tensor, { file: tensor.file, stamp: tensor.bytes.stamp });
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function tensorsIn(bytes: ByteSource): Promise<ReadonlyMap<string, Placed>> {
  await checkContainer(bytes);
  const zip = await readZip(bytes);
  const { root, views, at } = await readViews(zip);
  await checkByteOrder(zip, root);

  const begins = new Map<string, number>();
  const tensors = new Map<string, Placed>();
  for (const [name, view] of views) {
    const { storage, begin, shape, strides } = view;
    let start = begins.get(storage.key);
    if (start === undefined) {
      start = await storageBegin(zip, root, view, at);
      begins.set(storage.key, start);
    } else checkStorage(zip, root, view, at);
    const { dtype } = storage;
    const offset = start + begin * (bytesOf(storage) / Math.max(1, storage.size));
    tensors.set(name, { name, dtype, shape, strides, offset, file: bytes.name, bytes });
  }
  return tensors;
}

async function checkContainer(bytes: ByteSource): Promise<void> {
  const start = new Uint8Array(Math.min(legacyMagic.length, bytes.size));
  await bytes.read(0, start);
  if (legacyMagic.every((byte, i) => start[i] === byte)) {
    const reason = "it was saved by torch before 1.6, or with its old format";
    throw unreadable(bytes.name, 0, reason, "in Python: torch.save(torch.load(file), file)");
  }
}

async function readViews(zip: Zip): Promise<{
  readonly root: string;
  readonly views: ReadonlyMap<string, View>;
  readonly at: number;
}> {
  const file = zip.bytes.name;
  const pickles = [...zip.entries.values()].filter(({ name }) => /^[^/]+\/data\.pkl$/.test(name));
  const entry = pickles[0];
  if (!entry || pickles.length > 1) {
    throw unreadable(file, 0, `it is a zip with ${pickles.length} data.pkl, not one`);
  }
  if (entry.size > longestPickle) {
    throw badFile(file, entry.header, `its data.pkl has ${entry.size} bytes`);
  }
  const at = await dataOf(zip, entry);
  const pickle = new Uint8Array(entry.size);
  await zip.bytes.read(at, pickle);
  try {
    const views = tensorsOf(unpickle(pickle, torchMeaning));
    return { root: entry.name.replace(/data\.pkl$/, ""), views, at };
  } catch (error) {
    if (error instanceof PickleError) {
      throw unreadable(file, at + error.at, `its data.pkl is refused: ${error.message}`);
    }
    if (error instanceof TensorError) throw badFile(file, at, error.message);
    throw error;
  }
}

async function checkByteOrder(zip: Zip, root: string): Promise<void> {
  const entry = zip.entries.get(`${root}byteorder`);
  if (!entry) return;
  const at = await dataOf(zip, entry);
  const text = new Uint8Array(Math.min(16, entry.size));
  await zip.bytes.read(at, text);
  const order = new TextDecoder().decode(text);
  if (order !== "little") {
    throw unreadable(zip.bytes.name, at, `its byte order is ${JSON.stringify(order)}`);
  }
}

async function storageBegin(zip: Zip, root: string, view: View, at: number): Promise<number> {
  return dataOf(zip, checkStorage(zip, root, view, at));
}

/** The entry of a view's storage, which is as long as the view says. */
function checkStorage(zip: Zip, root: string, { storage }: View, at: number) {
  const name = `${root}data/${storage.key}`;
  const entry = zip.entries.get(name);
  if (!entry) throw badFile(zip.bytes.name, at, `it has no entry ${JSON.stringify(name)}`);
  if (entry.size !== bytesOf(storage)) {
    const told = `${storage.size} × ${storage.dtype}, but has ${entry.size} bytes`;
    throw badFile(zip.bytes.name, entry.header, `entry ${JSON.stringify(name)} is ${told}`);
  }
  return entry;
}
