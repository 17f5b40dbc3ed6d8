import { readdir } from "node:fs/promises";
import { dirname, join, sep } from "node:path";

/** Whether a path is a pattern. Files whose names have such characters are found before this is asked. */
export function isGlob(path: string): boolean {
  return /[*?[{]/.test(path);
}

/**
 * The files that a pattern fits: `*` and `?` within a name, `**` across folders, `[abc]`, `{a,b}`.
 *
 * @example
 * await globFiles("pile/train/*.jsonl.zst");
 */
export async function globFiles(pattern: string): Promise<string[]> {
  const fixed = /^[^*?[{]*/.exec(pattern)![0];
  const root = fixed.endsWith(sep) ? fixed : dirname(fixed || ".");
  const fits = new RegExp(`^${regexOf(pattern)}$`, "u");
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => fits.test(file) || fits.test(`.${sep}${file}`));
}

function regexOf(pattern: string): string {
  let depth = 0;
  return pattern.replace(/\*\*\/|\*\*|[*?]|\[[^\]]+\]|[{},]|[\\^$.+()|[\]/]/g, (part): string => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    if (part === "{") {
      depth++;
      return "(?:";
    }
    if (part === "}" && depth > 0) {
      depth--;
      return ")";
    }
    if (part === ",") return depth > 0 ? "|" : ",";
    if (part.length > 1) return part.replace(/^\[!/, "[^").replace(/\\/g, "\\\\");
    return `\\${part}`;
  });
}
