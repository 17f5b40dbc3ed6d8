import { existsSync } from "node:fs";
import { relative, sep } from "node:path";
import picomatch from "picomatch";
import { type FolderContent, type FolderOptions, filesBelow, type LeftOut } from "./folder.ts";

/** Whether a path is a pattern. Files whose names have such characters are found before this is asked. */
export function isGlob(path: string): boolean {
  return /[*?[{]/.test(path);
}

/**
 * The files that a pattern fits: `*` and `?` within a name, `**` across folders, `[abc]`, `{a,b}`.
 * Hidden ones only fit a dot that is written.
 *
 * @example
 * await globFiles("pile/train/*.jsonl.zst");
 */
export async function globFiles(pattern: string, options: FolderOptions): Promise<FolderContent> {
  const root = rootOf(pattern);
  const rest = pattern.slice(root.length);
  const fits = picomatch(rest, { posix: true });
  const hidden = /(^|[/{,])\./.test(rest);
  const within = (path: string): string => relative(root || ".", path).replaceAll(sep, "/");
  const enters = (path: string): boolean => mayLead(within(path), rest);
  const top = root || ".";
  if (!existsSync(top)) return { files: [], leftOut: [] };
  const takes = (path: string): boolean => fits(within(path));
  const found = await filesBelow(top, { ...options, hidden, enters, takes }).catch(
    (): FolderContent => ({ files: [], leftOut: [{ path: top, why: "unreadable" }] }),
  );
  return {
    files: found.files,
    // What else a folder holds, nobody has asked for.
    leftOut: found.leftOut.filter(
      ({ path, why }) => hidesFiles.includes(why) || fits(within(path)),
    ),
  };
}

/** Why files are not found that a pattern may fit. */
const hidesFiles: readonly LeftOut["why"][] = [
  "a run's folder",
  "a folder whose name is not UTF-8",
  "unreadable",
];

/** The folder that a pattern begins with. One that is there is one, whatever its name looks like. */
function rootOf(pattern: string): string {
  const fixed = /^[^*?[{]*/.exec(pattern)![0];
  let end = fixed.lastIndexOf("/") + 1;
  for (let next = pattern.indexOf("/", end); next >= 0; next = pattern.indexOf("/", end)) {
    if (!existsSync(pattern.slice(0, next + 1))) break;
    end = next + 1;
  }
  return pattern.slice(0, end);
}

/** Whether there may be a file in a folder that the pattern fits. */
function mayLead(folder: string, pattern: string): boolean {
  // What may stand for several folders at once is not taken apart.
  if (/\*\*|[{(][^})]*\//.test(pattern)) return true;
  const names = folder.split("/");
  const parts = pattern.split("/").slice(0, -1);
  if (names.length > parts.length) return false;
  return names.every((name, at) => picomatch.isMatch(name, parts[at]!, { posix: true, dot: true }));
}
