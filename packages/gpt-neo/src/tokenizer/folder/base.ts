import { join } from "node:path";
import { MtfError } from "mtf";
import { isObject } from "../../json.ts";
import { byteLevelFile } from "../byte-level-file.ts";
import { gpt2Merges } from "../gpt2-files.ts";
import type { Json } from "../json/index.ts";
import type { FolderFiles } from "./files.ts";
import { isGpt2Vocabulary } from "./known.ts";

/** A folder's vocabulary and merges as a `tokenizer.json`, before anything is added to them. */
export interface Base {
  /** What errors call it. */
  readonly file: string;
  readonly value: Json;
  /** Whether it is the folder's own `tokenizer.json`, with the tokens that this adds. */
  readonly asWritten: boolean;
}

/** The classes of transformers that make a tokenizer of `vocab.json` and `merges.txt` alone. */
const readsVocabulary = /^(GPT2Tokenizer|PreTrainedTokenizer|TokenizersBackend)(Fast)?$/;

/** Whether transformers loads a folder with `GPT2Tokenizer`: because it is named, or as GPT-Neo's. */
export function isOfGpt2Class(files: FolderFiles): boolean {
  const { model } = files;
  const usual = model.model_type === "gpt_neo" || model.model_type === "gpt2";
  return /^GPT2Tokenizer(Fast)?$/.test(classOf(files) ?? (usual ? "GPT2Tokenizer" : ""));
}

function classOf({ config, model }: FolderFiles): string | undefined {
  const name = config.tokenizer_class ?? model.tokenizer_class;
  return typeof name === "string" ? name : undefined;
}

/**
 * What a folder's tokenizer is made of. `tokenizer.json` comes before `vocab.json`. GPT2Tokenizer
 * takes of it only vocabulary, merges and what goes around a text, and cuts text up in GPT-2's way.
 *
 * @throws MtfError `bad-file` for a vocabulary without merges, or of another class
 */
export function baseOf(files: FolderFiles): Base {
  const { tokenizer, config } = files;
  const prefixSpace = config.add_prefix_space === true;
  if (!tokenizer) {
    const value = byteLevelFile(wordsOf(files), mergesOf(files), { pattern: true, prefixSpace });
    return { file: files.vocabulary!.file, value, asWritten: false };
  }
  const { file, value } = tokenizer;
  if (!isObject(value) || !isObject(value.model) || value.model.type !== "BPE") {
    return { file, value: isObject(value) ? value : {}, asWritten: true };
  }
  if (!isOfGpt2Class(files)) return { file, value, asWritten: true };
  const { vocab, merges } = value.model;
  if (cutsLikeGpt2(value, prefixSpace)) return { file, value, asWritten: false };
  const made = byteLevelFile(isObject(vocab) ? vocab : {}, Array.isArray(merges) ? merges : [], {
    pattern: true,
    prefixSpace,
  });
  return { file, value: { ...made, post_processor: value.post_processor }, asWritten: false };
}

function cutsLikeGpt2({ normalizer, pre_tokenizer, model }: Json, prefixSpace: boolean): boolean {
  if ((normalizer ?? null) !== null || !isObject(pre_tokenizer)) return false;
  const { type, add_prefix_space = true, use_regex = true } = pre_tokenizer;
  const cuts = type === "ByteLevel" && add_prefix_space === prefixSpace && use_regex === true;
  return cuts && (model as Json).ignore_merges !== true;
}

function wordsOf(files: FolderFiles): Json {
  const { file, value } = files.vocabulary!;
  const name = classOf(files);
  if (name !== undefined && !readsVocabulary.test(name)) {
    throw new MtfError(
      "bad-file",
      `${file} is of a ${name}, which needs more than vocab.json and merges.txt.`,
      {
        try: [
          "a tokenizer.json beside it; in Python: " +
            `AutoTokenizer.from_pretrained("${files.folder}").save_pretrained("${files.folder}")`,
          "`inputIds`, or data with input_ids: ids need no tokenizer",
        ],
        file,
      },
    );
  }
  if (isObject(value)) return value;
  throw new MtfError("bad-file", `${file} is no object of tokens and ids.`, { file });
}

/** The pairs of `merges.txt`, a line each. GPT-2's own need no file. */
function mergesOf({ folder, vocabulary, merges }: FolderFiles): readonly string[][] {
  const file = join(folder, "merges.txt");
  const words = new Map(Object.entries(vocabulary!.value as Json));
  if (merges === undefined && !isGpt2Vocabulary(words)) {
    throw new MtfError(
      "bad-file",
      `${vocabulary!.file} needs the merges.txt beside it, which is not there.`,
      {
        file: vocabulary!.file,
      },
    );
  }
  return (merges ?? gpt2Merges()).split(/\r?\n/).flatMap((line, i) => {
    if (line.startsWith("#version") || line === "") return [];
    const pair = line.split(" ");
    if (pair.length === 2) return [pair];
    throw new MtfError("bad-file", `${file}, line ${i + 1} is no pair of tokens.`, {
      evidence: [["line", line.slice(0, 100)]],
      file,
      line: i + 1,
    });
  });
}
