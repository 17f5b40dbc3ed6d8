import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { MtfError } from "mtf";
import { coresOfMachine } from "mtf/workers";
import { markCacheFolder } from "../../cache-mark.ts";
import type { DataFile, FillProgress, ReadOptions } from "../../data/index.ts";
import { some } from "../../some.ts";
import { tokenize } from "../../tokenize/tokenize.ts";
import type { TokenizerSource } from "../../tokenizer/index.ts";

/** What the ids in a cache depend on beside the files and the tokenizer. */
const version = 1;

/** Of a file's content so much is looked at; its size and time say the rest. */
const headBytes = 1 << 16;

export interface CacheOptions {
  /** The folder of all that is cached; made if need be. */
  readonly cache: string;
  readonly endOfText: number;
  readonly read?: ReadOptions | undefined;
  readonly onTokenize?: ((read: FillProgress) => void) | undefined;
  readonly note?: ((line: string) => void) | undefined;
  /** Whether ids are read while others are made: only notes depend on it. */
  readonly inBackground?: boolean | undefined;
  /** Ends the tokenizing by its reason; the next call goes on. */
  readonly signal?: AbortSignal | undefined;
}

/** A place in a cache for the ids of files, and what it is for. */
export interface CachePlace {
  readonly folder: string;
  /** All that decides what the ids are. */
  readonly task: string;
}

/** Ids in a cache: the `.bin` of a pair, and the checksums of its blocks. */
export interface CachedIds {
  readonly file: string;
  readonly sums: Uint32Array;
}

/** What the files of ids in a place are called, but for their endings. */
const name = "tokens";

/** What the paths of the files of ids in a place begin with. */
export function prefixIn({ folder }: CachePlace): string {
  return join(folder, name);
}

/** Where a cache keeps the ids of files. */
export async function placeInCache(
  files: readonly DataFile[],
  tokenizer: TokenizerSource,
  { cache, endOfText, read }: Pick<CacheOptions, "cache" | "endOfText" | "read">,
): Promise<CachePlace> {
  const textKey = read?.textKey ?? null;
  const task = await taskOf(files, tokenizer, { endOfText, textKey, sums: true });
  return { folder: join(cache, keyOf(task)), task };
}

/**
 * Tokenizes files into a cache, once: as long as files, tokenizer and options are the same, the next
 * call finds the ids. One that was killed is gone on with.
 *
 * @throws MtfError as `tokenize`; the signal's reason
 * @example
 * const { file } = await cachedIds(files, { kind: "gpt2" }, { cache: ".gpt-neo-cache", endOfText: 50256 });
 */
export async function cachedIds(
  files: readonly DataFile[],
  tokenizer: TokenizerSource,
  options: CacheOptions,
): Promise<CachedIds> {
  const { cache, endOfText, read = {}, onTokenize, note, signal } = options;
  const { inputFormat, textKey, zstdWindow } = read;
  const { folder: out, task } = await placeInCache(files, tokenizer, options);
  const how = options.inBackground ? " in the background" : "";
  const what = files.length === 1 ? files[0]!.file : `${files.length} files`;
  await markCacheFolder(cache);
  let told = false;
  const make = () =>
    tokenize(
      files.map(({ file }) => resolve(file)),
      {
        out,
        name,
        format: "bin",
        tokenizer,
        endOfText,
        task,
        read: { inputFormat, textKey, zstdWindow },
        // One core reads and writes.
        sums: true,
        workers: Math.max(1, coresOfMachine() - 1),
        example: 0,
        perFile: 0,
        onProgress: (progress) => {
          if (!told) note?.(`tokenizing ${what} into ${out}${how}, for this run and the next ones`);
          told = true;
          onTokenize?.(progress);
        },
        stopped: () => signal?.aborted === true,
      },
    );
  const done = await whenFree(make, signal, (holder) => {
    note?.(`process ${holder} is tokenizing ${what} into ${out}: waiting for it`);
  });
  if (!done.finished) {
    note?.(`${some(done.tokens, "token")} of ${what} are kept in ${out}, for the next run`);
    signal?.throwIfAborted();
  }
  if (!told) note?.(`the tokens of ${what} are in ${out}`);
  else if (done.resumed > 0)
    note?.(
      `went on after ${some(done.resumed, "document")} that ${done.resumed === 1 ? "was" : "were"} there`,
    );
  const [file, , sumsFile] = done.files;
  const sums = await readFile(sumsFile!);
  return { file: file!, sums: new Uint32Array(Uint8Array.from(sums).buffer) };
}

/** Calls again and again while another process has the lock that it needs. */
async function whenFree<T>(
  call: () => Promise<T>,
  signal: AbortSignal | undefined,
  onWait: (holder: unknown) => void,
): Promise<T> {
  for (let waited = false; ; waited = true) {
    signal?.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof MtfError) || !("pid" in error.details)) throw error;
      if (!waited) onWait(error.details.pid);
      await setTimeout(500);
    }
  }
}

/** What a tokenizer does, whatever its file is called. */
function shortOf({ kind, special, ...rest }: TokenizerSource): string {
  const own = "json" in rest ? { json: rest.json, roles: rest.roles } : {};
  return sha256(JSON.stringify({ kind, special: special === true, ...own }));
}

/** All that decides what the ids are, whatever the files are called. */
export async function taskOf(
  files: readonly DataFile[],
  tokenizer: TokenizerSource,
  more: Readonly<Record<string, unknown>>,
): Promise<string> {
  const settings = { tokenizer: shortOf(tokenizer), ...more };
  const inputs = [];
  for (const { file, format } of files) {
    const { size, mtimeMs, head } = await looksOf(file);
    inputs.push({ format, size, mtimeMs, head });
  }
  return JSON.stringify({ version, settings, inputs });
}

/** What a task's folder in a cache is called. */
export function keyOf(task: string): string {
  return sha256(task).slice(0, 16);
}

async function looksOf(file: string): Promise<{ size: number; mtimeMs: number; head: string }> {
  const handle = await open(file);
  try {
    const { size, mtimeMs } = await handle.stat();
    const bytes = new Uint8Array(Math.min(headBytes, size));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    return { size, mtimeMs, head: sha256(bytes.subarray(0, bytesRead)) };
  } finally {
    await handle.close();
  }
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
