import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { MtfError } from "mtf";
import { writeAtomically } from "mtf/files";
import type { ProfiledStep } from "../../train/listener.ts";

/**
 * Requires that a trace can be written to a file, before there is one.
 *
 * @throws MtfError `bad-file` if there is such a file, or no folder for it
 */
export function checkProfileFile(file: string): void {
  const folder = dirname(file);
  if (!existsSync(folder)) {
    throw new MtfError("bad-file", `--profile: there is no folder ${folder}.`, { file });
  }
  if (!existsSync(file)) return;
  throw new MtfError("bad-file", `--profile: ${file} is there already.`, {
    try: ["another name, or remove it first"],
    file,
  });
}

/** Writes a step's trace to a file, and tells its table. */
export async function writeProfile(
  file: string,
  { step, profile }: ProfiledStep,
  note: (text: string) => void,
): Promise<void> {
  await writeAtomically(file, (written) => written.write(JSON.stringify(profile.trace())));
  note(`step ${step}: ${profile}`);
  note(`step ${step}: its trace is in ${file}, for ui.perfetto.dev or chrome://tracing`);
}
