import { relative, sep } from "node:path";
import picomatch from "picomatch";
import { type FolderContent, type FolderOptions, filesBelow } from "./folder.ts";

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
  const fixed = /^[^*?[{]*/.exec(pattern)![0];
  const root = fixed.slice(0, fixed.lastIndexOf("/") + 1);
  const rest = pattern.slice(root.length);
  const fits = picomatch(rest, { posix: true });
  const hidden = /(^|[/{,])\./.test(rest);
  const empty: FolderContent = { files: [], leftOut: [] };
  const found = await filesBelow(root || ".", { ...options, hidden }).catch(() => empty);
  const within = (file: string): string => relative(root || ".", file).replaceAll(sep, "/");
  return {
    files: found.files.filter((file) => fits(within(file))),
    // What else a folder holds, nobody has asked for.
    leftOut: found.leftOut.filter(
      ({ path, why }) => why === "a run's folder" || fits(within(path)),
    ),
  };
}
