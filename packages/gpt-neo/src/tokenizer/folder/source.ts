import { isDeepStrictEqual } from "node:util";
import { isObject } from "../../json.ts";
import {
  type AddedToken,
  checksOf,
  checkTokenizerFile,
  type Json,
  type NewToken,
  numbered,
  readAddedToken,
} from "../json/index.ts";
import type { TokenizerSource } from "../make.ts";
import type { Roles } from "../roles.ts";
import { endOfTextToken } from "../tokenizer.ts";
import { baseOf, isOfGpt2Class } from "./base.ts";
import { type FolderFiles, readFolder } from "./files.ts";
import { knownTokenizer } from "./known.ts";
import { tokensOf } from "./tokens.ts";

/**
 * The tokenizer that a folder's files make together, as transformers loads it: one `tokenizer.json`,
 * whatever files it was written as. Undefined where there is neither `tokenizer.json` nor
 * `vocab.json`.
 *
 * @throws MtfError `bad-file` for what is damaged or of a kind that is not supported
 * @example
 * const source = await sourceOfFolder("gpt-neo-125M"); // { kind: "gpt2" }
 */
export async function sourceOfFolder(folder: string): Promise<TokenizerSource | undefined> {
  const files = await readFolder(folder);
  if (!files) return undefined;
  const base = baseOf(files);
  const vocabulary = vocabularyOf(base.value);
  const own = ownTokens(files);
  const { tokens, roles: written } = tokensOf(files, new Map(own));
  const roles = withUsualEnds(files, written, vocabulary);
  const added = numbered(
    [
      ...(base.asWritten ? own.map(([, token]) => token) : []),
      ...tokens,
      ...Object.values(roles).flat().map(specialToken),
    ],
    vocabulary,
  );
  const value = {
    ...base.value,
    added_tokens: added.map(toJson),
    ...(!files.tokenizer && { post_processor: endsAround(files.config, roles, added) }),
  };
  const known = knownTokenizer(checkTokenizerFile(base.file, value), roles);
  if (known) return { kind: known };
  const text = files.tokenizer?.text;
  const same = text !== undefined && isDeepStrictEqual(value, files.tokenizer?.value);
  const alone = same && Object.keys(roles).length === 0;
  const json = same ? text : `${JSON.stringify(value)}\n`;
  return { kind: "json", file: base.file, json, ...(!alone && { roles, folder }) };
}

function vocabularyOf({ model }: Json): ReadonlyMap<string, number> {
  const vocab = isObject(model) && isObject(model.vocab) ? model.vocab : {};
  return new Map(Object.entries(vocab) as [string, number][]);
}

/** The tokens that `tokenizer.json` adds, in its order, with the ids it writes. */
function ownTokens({ tokenizer }: FolderFiles): readonly (readonly [number, NewToken])[] {
  const checks = checksOf(tokenizer?.file ?? "");
  const list = isObject(tokenizer?.value) ? (tokenizer.value.added_tokens ?? []) : [];
  return checks.list(list, "added_tokens").map((value, i) => {
    const path = `added_tokens[${i}]`;
    const id = checks.id(checks.object(value, path).id, `${path}.id`);
    return [id, readAddedToken(value, path, checks)] as const;
  });
}

/**
 * GPT2Tokenizer has `<|endoftext|>` for its ends where nothing else is written. A vocabulary that
 * lacks it is left as it is: transformers adds it, an id for which the model has no row.
 */
function withUsualEnds(
  files: FolderFiles,
  roles: Roles,
  vocabulary: ReadonlyMap<string, number>,
): Roles {
  const known = vocabulary.has(endOfTextToken) || Object.hasOwn(files.added, endOfTextToken);
  if (!isOfGpt2Class(files) || !known) return roles;
  const written = { ...files.config, ...files.specialTokens };
  const ends = ["bos_token", "eos_token", "unk_token"].filter((key) => written[key] === undefined);
  return { ...Object.fromEntries(ends.map((key) => [key, endOfTextToken])), ...roles };
}

function specialToken(content: string): NewToken {
  const flags = { singleWord: false, lstrip: false, rstrip: false, normalized: false };
  return { content, ...flags, special: true };
}

function toJson({ id, content, singleWord, ...flags }: AddedToken): Json {
  const { lstrip, rstrip, normalized, special } = flags;
  return { id, content, single_word: singleWord, lstrip, rstrip, normalized, special };
}

/** What `add_bos_token` and `add_eos_token` ask for, which a `tokenizer.json` says in its own way. */
function endsAround(config: Json, roles: Roles, added: readonly AddedToken[]): Json | null {
  const mark = (asked: unknown, role: string) => {
    const token = asked === true && added.find(({ content }) => content === roles[role]);
    return token ? [token] : [];
  };
  const before = mark(config.add_bos_token, "bos_token");
  const after = mark(config.add_eos_token, "eos_token");
  const ends = [...before, ...after];
  if (ends.length === 0) return null;
  const piece = ({ content }: AddedToken) => ({ SpecialToken: { id: content, type_id: 0 } });
  const around = (sequence: string) => [
    ...before.map(piece),
    { Sequence: { id: sequence, type_id: 0 } },
    ...after.map(piece),
  ];
  const special_tokens = Object.fromEntries(
    ends.map(({ id, content }) => [content, { id: content, ids: [id], tokens: [content] }]),
  );
  return {
    type: "TemplateProcessing",
    single: around("A"),
    pair: [...around("A"), ...around("B")],
    special_tokens,
  };
}
