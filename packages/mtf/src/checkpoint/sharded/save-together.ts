import { open, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { MtfError } from "../../errors.ts";
import type { Sharded } from "../../runtime/devices.ts";
import { fromWire, toWire, type WireError } from "../../runtime/failure.ts";
import { asFailure, type Fleet } from "../../runtime/fleet.ts";
import { gathered } from "../../runtime/gathered.ts";
import { cannotWrite } from "../safetensors/cannot-write.ts";
import { draftOf } from "../safetensors/draft.ts";
import { type FileSums, indexName } from "./format.ts";
import { freeNames } from "./part-names.ts";
import { planParts } from "./plan-parts.ts";
import { makeFolder, printIndex, removeOthers, unmake, writeIndex, writePart } from "./saving.ts";

/**
 * Saves a checkpoint from several processes, each of which writes the files of its own devices. The
 * index is the first one's, written when all files are there. Whose folder is another one gets a copy
 * of it: so each folder says what it is part of.
 *
 * Where anything fails in any process it does in all, and nothing of it stays.
 */
export async function saveTogether(
  fleet: Fleet,
  folder: string,
  tensors: ReadonlyMap<string, Sharded>,
  metadata: unknown,
): Promise<void> {
  const own = fleet.devices[0]!;
  // A name that is there for whoever shares the folder, and for nobody else.
  const mark = draftOf(join(folder, indexName));
  const unmark = () => rm(mark, { force: true }).catch(() => {});
  let [made, files]: [boolean, readonly string[]] = [false, []];
  const undo = async () => {
    await unmark();
    await unmake(folder, files, made);
  };
  const begin = async () => {
    const found = await makeFolder(folder);
    made = found.made;
    await put(mark);
    return { names: found.names, mark: basename(mark) };
  };
  const all = await inAll(fleet, begin, undo);
  const fileOf = freeNames(all.flatMap(({ names }) => names));
  const { parts, entries } = planParts(tensors, fileOf);
  const mine = fleet.devices.filter((device) => parts.has(device));
  const leads = await isFirstIn(folder, all.slice(0, own));
  files = mine.map(fileOf);
  const writeParts = async () => {
    const sums: Record<string, FileSums> = {};
    for (const device of mine) {
      sums[fileOf(device)] = await writePart(join(folder, fileOf(device)), parts.get(device)!);
    }
    return sums;
  };
  const sums = Object.assign({}, ...(await inAll(fleet, writeParts, undo)));
  const writeFirst = async () => {
    if (own !== 0) return "";
    const text = printIndex(metadata, sums, entries);
    await writeIndex(folder, text);
    return text;
  };
  const [index] = await inAll(fleet, writeFirst, undo);
  // It is saved: what fails from here on takes nothing back.
  const writeCopy = async () => {
    if (own !== 0 && leads) await writeIndex(folder, index!);
  };
  await inAll(fleet, writeCopy, unmark);
  if (leads) await removeOthers(folder, [...parts.keys()].map(fileOf)).catch(() => {});
  await unmark();
}

/** Whether no process of a lower device has the same folder. */
async function isFirstIn(
  folder: string,
  lower: readonly { readonly mark: string }[],
): Promise<boolean> {
  for (const { mark } of lower) {
    const isThere = await stat(join(folder, mark)).then(
      () => true,
      () => false,
    );
    if (isThere) return false;
  }
  return true;
}

type Told<T> = { readonly done: T } | { readonly error: WireError };

/**
 * Does something in all processes, and waits for all.
 *
 * @param undo what all do if it fails in one. Where one is gone, nobody knows what it did, and nothing
 * is taken back.
 * @returns what it gave, by device
 * @throws MtfError what the first process threw in which it failed
 */
async function inAll<T>(
  fleet: Fleet,
  work: () => Promise<T>,
  undo: () => Promise<void>,
): Promise<readonly T[]> {
  const device = fleet.devices[0]!;
  const told = await work().then(
    (done): Told<T> => ({ done }),
    (error: unknown): Told<T> => {
      return { error: toWire(asFailure(error, fleet.mesh, device) as MtfError) };
    },
  );
  const all = await gathered(fleet, told);
  const failed = all.findIndex((one) => "error" in one);
  if (failed < 0) return all.map((one) => (one as { readonly done: T }).done);
  await undo();
  const { code, sentence, details } = (all[failed] as { readonly error: WireError }).error;
  const evidence = [
    ["in the process of", `device ${failed}`] as const,
    ...(details.evidence ?? []),
  ];
  throw fromWire({ code, sentence, details: { ...details, evidence } });
}

async function put(path: string): Promise<void> {
  try {
    await (await open(path, "wx")).close();
  } catch (error) {
    throw cannotWrite(path, error);
  }
}
