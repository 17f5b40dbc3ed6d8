import { MtfError } from "../errors.ts";
import type { Layout } from "../layout.ts";
import { captureLine } from "../sourceLine.ts";
import { nearest } from "../suggest.ts";
import type { TracedLeaf } from "../trace.ts";
import { concerns } from "./place.ts";

/**
 * Storage rules that concern no argument and no result are misspelt: the state that they were to
 * split would lie whole on every device.
 *
 * @throws MtfError `unknown-path`
 */
export function checkStorage(layout: Layout, leaves: readonly TracedLeaf[]): void {
  const lost = layout.storage.find((rule) => !leaves.some(({ path }) => concerns(rule, path)));
  if (!lost) return;
  const parts = new Set(leaves.flatMap(({ path }) => partsOf(path)));
  const near = nearest(lost.path, [...parts]);
  throw new MtfError(
    "unknown-path",
    `lower: no argument or result has '${lost.path}' in its path.`,
    {
      function: "lower",
      argument: "options.layout",
      path: lost.path,
      evidence: [
        ["paths", shown(leaves)],
        ["at", captureLine()],
      ],
      ...(near !== undefined && { try: [near] }),
    },
  );
}

/** Every run of a path's segments. */
function partsOf(path: string): readonly string[] {
  const segments = path.split("/");
  return segments.flatMap((_, begin) =>
    segments.slice(begin).map((_, i) => segments.slice(begin, begin + i + 1).join("/")),
  );
}

function shown(leaves: readonly TracedLeaf[]): string {
  const paths = [...new Set(leaves.map(({ path }) => path || "(the result)"))];
  return paths.length > 8
    ? `${paths.slice(0, 8).join(", ")} … ${paths.length} in all`
    : paths.join(", ");
}
