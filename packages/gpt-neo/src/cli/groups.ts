import type { Group, Option, ValueOption } from "./option.ts";

/** An option of a group's own, by its name and the one that opens the group. */
export interface OwnOption {
  readonly name: string;
  readonly option: ValueOption<unknown>;
  readonly owner: string;
}

/** All options that belong to a group of another. */
export function ownOptions(
  table: readonly (readonly [string, Option<unknown>])[],
): readonly OwnOption[] {
  return table.flatMap(([owner, opens]) =>
    opens.kind === "groups"
      ? Object.entries(opens.own).map(([name, option]) => ({ name, option, owner }))
      : [],
  );
}

/** The groups with a word more: the last one's, or that of a new one. */
export function withWord(groups: readonly Group[], word: string, opens: boolean): readonly Group[] {
  const last = groups.at(-1);
  if (opens || !last) return [...groups, { words: [word], own: {} }];
  return [...groups.slice(0, -1), { ...last, words: [...last.words, word] }];
}

/** The groups with a value more: of the last one's own. */
export function withOwn(groups: readonly Group[], name: string, value: unknown): readonly Group[] {
  const last = groups.at(-1)!;
  return [...groups.slice(0, -1), { ...last, own: { ...last.own, [name]: value } }];
}
