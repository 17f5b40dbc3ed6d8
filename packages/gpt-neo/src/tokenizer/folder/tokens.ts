import { join } from "node:path";
import { isObject } from "../../json.ts";
import { checksOf, type NewToken, readAddedToken } from "../json/index.ts";
import type { Roles } from "../roles.ts";
import type { FolderFiles } from "./files.ts";

/** The roles that every tokenizer may have, in the order in which their tokens are added. */
const usualRoles = [
  "bos_token",
  "eos_token",
  "unk_token",
  "sep_token",
  "pad_token",
  "cls_token",
  "mask_token",
] as const;

/** A token with a role, and whether anything writes that it has it. */
interface Special {
  readonly role: string | undefined;
  readonly token: NewToken;
}

/**
 * The tokens that the files beside a vocabulary add to it, in the order in which transformers does,
 * and what they are for. `added_tokens_decoder` of `tokenizer_config.json` is in place of all older
 * files; without it these are read: `added_tokens.json`, those of `tokenizer.json`, and
 * `special_tokens_map.json`, whose word goes over the config's.
 *
 * @param own the tokens that the folder's `tokenizer.json` adds, by the ids it writes
 */
export function tokensOf(
  files: FolderFiles,
  own: ReadonlyMap<number, NewToken>,
): { readonly tokens: readonly NewToken[]; readonly roles: Roles } {
  const specials = specialsOf(files);
  const special = new Set(specials.map(({ token }) => token.content));
  const byId = new Map<number, NewToken>();
  const decoder = files.config.added_tokens_decoder;
  if (isObject(decoder)) {
    const checks = checksOf(join(files.folder, "tokenizer_config.json"));
    for (const [id, token] of Object.entries(decoder)) {
      byId.set(Number(id), readAddedToken(token, `added_tokens_decoder[${id}]`, checks));
    }
  } else {
    const checks = checksOf(join(files.folder, "added_tokens.json"));
    for (const [content, id] of Object.entries(files.added)) {
      const token = { content, special: special.has(content) };
      byId.set(checks.id(id, content), readAddedToken(token, content, checks));
    }
    for (const [id, token] of own) byId.set(id, token);
  }
  const listed = [...byId]
    .sort(([a], [b]) => a - b)
    .map(([, token]) => (special.has(token.content) ? { ...token, special: true } : token));
  return { tokens: [...listed, ...specials.map(({ token }) => token)], roles: rolesOf(specials) };
}

function specialsOf({ folder, config, specialTokens }: FolderFiles): readonly Special[] {
  const older = isObject(config.added_tokens_decoder) ? {} : specialTokens;
  const checks = checksOf(join(folder, "tokenizer_config.json, special_tokens_map.json"));
  const token = (value: unknown, path: string): NewToken =>
    typeof value === "string"
      ? readAddedToken({ content: value, special: true }, path, checks)
      : { ...readAddedToken(value, path, checks), special: true };
  const written = { ...config, ...older };
  const named = (entries: readonly (readonly [string, unknown])[]): Special[] =>
    entries
      .filter(([, value]) => (typeof value === "string" && value !== "") || isObject(value))
      .map(([role, value]) => ({ role, token: token(value, role) }));
  const isUsual = (key: string): boolean => (usualRoles as readonly string[]).includes(key);
  const { extra_special_tokens: extra } = config;
  const lists = [extra ?? config.additional_special_tokens, older.additional_special_tokens];
  return [
    ...named(usualRoles.map((role) => [role, written[role]])),
    // Names of a model's own: "image_token".
    ...named(Object.entries(config).filter(([key]) => /_token$/.test(key) && !isUsual(key))),
    ...(isObject(extra) ? named(Object.entries(extra)) : []),
    ...lists
      .flatMap((list) => (Array.isArray(list) ? list : []))
      .map((value) => ({ role: undefined, token: token(value, "additional_special_tokens") })),
  ];
}

function rolesOf(specials: readonly Special[]): Roles {
  const others = specials.filter(({ role }) => role === undefined);
  return {
    ...Object.fromEntries(
      specials.flatMap(({ role, token }) => (role === undefined ? [] : [[role, token.content]])),
    ),
    ...(others.length > 0 && {
      additional_special_tokens: [...new Set(others.map(({ token }) => token.content))],
    }),
  };
}
