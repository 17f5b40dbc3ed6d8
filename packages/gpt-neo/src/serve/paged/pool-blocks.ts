import { MtfError } from "mtf";
import type { Config } from "../../config/index.ts";
import { printBytes } from "../../fit/need.ts";
import { keepingLayers, modelOf } from "../../models/index.ts";
import { optionsInWords } from "../../options-in-words.ts";
import { blockSize } from "./block-size.ts";

/** What a pool is to have room for. */
export interface Wanted {
  /** The tokens of a text at most. */
  readonly context: number;
  /** Texts at once. */
  readonly rows: number;
  /** What keys and values may take, all devices of a pool that is split taken together. */
  readonly bytes?: number | undefined;
}

/** More is taken only where somebody says so. */
const usualBytes = 2 ** 30;

/**
 * How many blocks a pool has: as many as its bytes allow, or else as many as the texts need, up to a
 * GiB; at least those of one text.
 *
 * @throws MtfError `bad-argument` where the bytes are too few for one text
 */
export function poolBlocks(config: Config, { context, rows, bytes }: Wanted): number {
  const least = Math.ceil(context / blockSize);
  const each = blockBytes(config);
  if (bytes === undefined) {
    return Math.max(least, Math.min(rows * least, Math.floor(usualBytes / each)));
  }
  if (bytes >= least * each) return Math.floor(bytes / each);
  const sentence = `a cache of ${printBytes(bytes)} is too small for one text of ${context} tokens.`;
  const needed = Math.ceil((least * each) / 2 ** 20);
  throw new MtfError("bad-argument", sentence, {
    evidence: [["a token", `${each / blockSize} bytes of keys and values`]],
    try: [optionsInWords({ cache: `${needed}MiB` }), "a smaller `context`"],
  });
}

/** Keys and values of a block in all layers, of float32. */
function blockBytes(config: Config): number {
  const { heads, kv } = modelOf(config).dims(config, 1, 1);
  return keepingLayers(config).length * 2 * blockSize * heads.size * kv.size * 4;
}
