import { MtfError } from "mtf";
import { sentenceOf } from "mtf/files";
import type { LateChunk } from "../data/index.ts";
import { firstOutside, unknownIdIn } from "../data/outside.ts";
import { letGo } from "../let-go.ts";
import { some } from "../some.ts";
import type { Encoded } from "../tokenize/unit.ts";
import type { CutFile } from "./borders.ts";
import { byteChunks } from "./byte-chunks.ts";
import { type ChunkIds, chunkOf, inFile, inMemory } from "./chunk-ids.ts";
import type { ChunkStore } from "./chunk-store.ts";
import { type ChunkUnit, chunkUnits, lineAt } from "./chunk-units.ts";
import type { Crew } from "./crew.ts";

/** Text that is tokenized by the chunk, each when it is needed or before. */
export interface ChunkedText {
  readonly bytes: number;
  readonly chunks: readonly LateChunk[];
  /** Tokenizes what is not kept yet in the background, in this order. */
  fill(order: Iterable<number>): void;
  /** Stops, and says what is kept. */
  close(): Promise<void>;
}

export interface ChunkedTextOptions {
  /** What errors and notes call the text. */
  readonly named: string;
  readonly endOfText: number;
  /** The model's vocabulary: larger ids are errors. */
  readonly size: number;
  readonly crew: Crew;
  /** Without one, chunks are tokenized each time they are needed. */
  readonly store?: ChunkStore | undefined;
  /** Bytes of a chunk. */
  readonly chunkBytes: number;
  readonly note?: ((line: string) => void) | undefined;
  /** Told when a chunk that was needed has been tokenized. */
  readonly onReady?: (() => void) | undefined;
}

/**
 * Opens files of text whose chunks are known from their sizes: nothing of them has to be read before
 * the first one is used. What a chunk's ids are depends on nothing but the files and the tokenizer, so
 * it is all one who tokenizes it, when, and how many do.
 *
 * @throws MtfError, where a chunk is loaded, `bad-file` for bad data
 */
export function openChunkedText(
  files: readonly CutFile[],
  options: ChunkedTextOptions,
): ChunkedText {
  const { named, endOfText, size, crew, store, chunkBytes, note, onReady } = options;
  const cut = byteChunks(
    files.map((file) => file.size),
    chunkBytes,
  );
  /** What is being made, by its number. */
  const making = new Map<number, Promise<ChunkIds>>();
  /** What is being loaded: its ids are used after they are kept. */
  const wanted = new Set<number>();
  let kept = store;
  let closed = false;

  const encode = async ({ unit, begins }: ChunkUnit): Promise<Encoded & ChunkIds> => {
    const again = unit.kind === "jsonl" && { bytes: unit.bytes.slice() };
    try {
      return { ...(await crew.encode(unit)), begins };
    } catch (error) {
      if (!again || closed || !(error instanceof MtfError)) throw error;
      // Its number is needed only now.
      const file = files.find((one) => one.file === unit.file)!;
      const line = await lineAt(file, unit.offset);
      return { ...(await crew.encode({ ...unit, ...again, line })), begins };
    }
  };
  const make = async (chunk: number): Promise<ChunkIds> => {
    // Another process may have made it by now.
    const there = await kept?.read(chunk);
    if (there) return there;
    const units = await chunkUnits(files, cut.ranges(chunk));
    const made = joined(await Promise.all(units.map(encode)));
    await kept?.write(chunk, made).catch((error: Error) => {
      if (kept) note?.(`${reasonOf(error)}; going on without keeping tokens`);
      kept = undefined;
    });
    return made;
  };
  const begin = (chunk: number, run: (task: () => Promise<ChunkIds>) => Promise<ChunkIds>) => {
    const made = run(() => make(chunk)).finally(() => making.delete(chunk));
    making.set(chunk, made);
    return made;
  };
  const load = async (chunk: number) => {
    wanted.add(chunk);
    const there = kept?.has(chunk) ? await kept.read(chunk) : undefined;
    const found = there ?? (await (making.get(chunk) ?? begin(chunk, crew.soon)));
    wanted.delete(chunk);
    // What was kept is nothing to wait for.
    if (!there) onReady?.();
    const wrong = firstOutside(found.ids, size);
    if (wrong === undefined) {
      const read = kept?.has(chunk) ? inFile(kept.pathOf(chunk), found) : inMemory(found);
      return chunkOf(found, read, endOfText);
    }
    const { file, begin: offset } = cut.ranges(chunk)[0]!;
    throw unknownIdIn({ file: files[file]!.file, offset }, wrong, size);
  };

  let failed = false;
  const ahead = async (chunk: number): Promise<void> => {
    try {
      const { ids } = await begin(chunk, (task) => task());
      if (!wanted.has(chunk)) letGo(ids);
      if (kept?.count !== cut.count) return;
      note?.(`all of ${named} is tokenized`);
      await crew.rest();
    } catch (error) {
      if (closed || failed) return;
      failed = true;
      note?.(`${reasonOf(error as Error)}: the run ends where it gets there`);
    }
  };
  return {
    bytes: cut.bytes,
    chunks: Array.from({ length: cut.count }, (_, chunk) => ({ load: () => load(chunk) })),
    fill(order) {
      const { store: found } = options;
      if (!kept || !found) return;
      if (kept.count === cut.count) {
        note?.(`the tokens of ${named} are in ${found.folder}`);
        return;
      }
      const other = kept.claim();
      if (other) {
        note?.(`process ${other.holder} is tokenizing ${named} into ${found.folder} as well`);
        return;
      }
      const before =
        kept.count === 0 ? "" : `: ${kept.count} of ${some(cut.count, "chunk")} are there`;
      const what = `tokenizing ${named} into ${found.folder} in the background`;
      note?.(`${what}, for this run and the next ones${before}`);
      const rest = order[Symbol.iterator]();
      crew.meanwhile(() => {
        if (!kept) return undefined;
        for (let next = rest.next(); !next.done; next = rest.next()) {
          const chunk = next.value;
          if (!kept.has(chunk) && !making.has(chunk)) return () => ahead(chunk);
        }
        return undefined;
      });
    },
    async close() {
      closed = true;
      await Promise.allSettled(making.values());
      store?.close();
      if (kept && kept.count > 0 && kept.count < cut.count) {
        const part = `${kept.count} of ${some(cut.count, "chunk")}`;
        note?.(`${part} of ${named} are tokenized, and kept for the next run`);
      }
    },
  };
}

/** What the units of a chunk come to, one after the other. */
function joined(parts: readonly (Encoded & ChunkIds)[]): ChunkIds {
  const [first, ...others] = parts;
  if (first && others.length === 0) return first;
  const length = parts.reduce((sum, { ids }) => sum + ids.length, 0);
  const wide = parts.some(({ ids }) => ids instanceof Int32Array);
  const ids = wide ? new Int32Array(length) : new Uint16Array(length);
  let at = 0;
  for (const part of parts) {
    ids.set(part.ids, at);
    at += part.ids.length;
  }
  return { ids, begins: first?.begins ?? true };
}

/** An error's sentence, to go on after. */
function reasonOf(error: Error): string {
  return sentenceOf(error).replace(/\.$/, "");
}
