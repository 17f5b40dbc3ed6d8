import { openCheckpoint } from "mtf/checkpoint";
import { isObject } from "../json.ts";
import { namesIn } from "../make-folder.ts";
import { savedSteps, stepFolder } from "../run-checkpoints.ts";
import { checkRunVersion, isRunFolder } from "../run-mark.ts";

/** What a folder is to a run that is to be kept there. */
export type RunFolder =
  /** It is not there, or holds nothing. */
  | { readonly kind: "free" }
  | { readonly kind: "run" }
  /** It holds files that no run has written. */
  | { readonly kind: "taken"; readonly names: readonly string[] };

/** What systems leave in folders by themselves, and what a run that was killed while it began. */
const nobodys =
  /^(\.DS_Store|Thumbs\.db|desktop\.ini|lost\+found|\.?\.lock(\..*)?|gpt-neo-tokens-.*|piped)$/;

/**
 * Tells whose a folder is.
 *
 * @throws MtfError `bad-file` if it cannot be read, or is of a version that is not known here
 * @example
 * await runFolder("models/gpt-neo-125m"); // { kind: "taken", names: ["config.json", …] }
 */
export async function runFolder(path: string): Promise<RunFolder> {
  const names = await namesIn(path);
  if (await isRunFolder(path)) {
    await checkRunVersion(path);
    return { kind: "run" };
  }
  const found = names.filter((name) => !nobodys.test(name)).sort();
  if (found.length === 0) return { kind: "free" };
  return (await holdsOlderRun(path)) ? { kind: "run" } : { kind: "taken", names: found };
}

/** Runs from before there was a file that says so are known by their checkpoints. */
async function holdsOlderRun(path: string): Promise<boolean> {
  for (const step of await savedSteps(path)) {
    const checkpoint = await openCheckpoint(stepFolder(path, step)).catch(() => undefined);
    await checkpoint?.close();
    if (isObject(checkpoint?.metadata) && "settings" in checkpoint.metadata) return true;
  }
  return false;
}
