import { rmdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { MtfError } from "mtf";
import { isThere } from "../is-there.ts";
import { lockFolder } from "../lock/index.ts";
import { cutLog, readLog } from "../log.ts";
import { makeFolder, namesIn } from "../make-folder.ts";
import { type Log, openLog } from "../open-log.ts";
import { optionsInWords } from "../options-in-words.ts";
import { stepFolder } from "../run-checkpoints.ts";
import { type BegunWith, begunWithOf, markRunFolder, savedAccordingTo } from "../run-mark.ts";
import {
  bringBack,
  checkCheckpoint,
  lastCheckpoint,
  removeUnfinished,
  unfinishedSteps,
} from "./checkpoint.ts";
import type { KeptRun } from "./options.ts";
import { runFolder } from "./run-folder.ts";

/** A folder that a run has to itself. */
export interface Claim {
  readonly out: string;
  /** What to go on from, if there is anything. */
  readonly checkpoint: Awaited<ReturnType<typeof lastCheckpoint>>;
  /** Folders of steps whose saving was not ended, which are removed when it is opened. */
  readonly unfinished: readonly string[];
  /**
   * Checks that the log can be cut back to the checkpoint, before anything else takes its time.
   *
   * @throws MtfError `bad-file` where it is damaged
   */
  checkLog(): Promise<void>;
  /** Makes it a run's folder with a log, and removes what came after the checkpoint. */
  open(begun: BegunWith): Promise<Log>;
  /** Writes down what the run goes on with from now, for the next time. */
  remember(begun: BegunWith, saved: number | undefined): Promise<void>;
  /** Gives it up. A folder that was made for the run and holds nothing is removed. */
  release(): Promise<void>;
}

/**
 * Claims the folder of a run, new or to be gone on with. Files that no run has written are nobody's
 * to replace.
 *
 * @throws MtfError `bad-argument` where it holds other files, a run that is not to be resumed, one
 * that goes on in another process, or one whose checkpoints are gone; `bad-file` if it cannot be made or read
 * @example
 * const claim = await claimFolder({ out: "runs/book", resume: true });
 */
export async function claimFolder(options: KeptRun): Promise<Claim> {
  const { out, resume } = options;
  const before = await runFolder(out);
  if (before.kind === "taken") throw await taken(options, before.names);
  const made = await makeFolder(out);
  const giveBack = (): Promise<void> => removeEmpty(out, made);
  try {
    const lock = await lockFolder(out);
    const release = async (): Promise<void> => {
      lock.release();
      await giveBack();
    };
    try {
      // Once more: another run may just have ended.
      const found = await runFolder(out);
      if (found.kind === "taken") throw await taken(options, found.names);
      if (found.kind === "run" && !resume) throw used(out);
      // A file in their place holds nothing to go on from, and nothing could be saved.
      await namesIn(join(out, "checkpoints"));
      if (resume) await bringBack(out);
      const checkpoint = await lastCheckpoint(out);
      const step = checkpoint?.progress.step;
      const saved = resume ? await savedAccordingTo(out) : undefined;
      if (saved !== undefined && saved > (step ?? -1)) await checkNotLost(out, saved);
      if (resume && !checkpoint && (await lostCheckpoints(out, saved))) throw lost(out);
      const unfinished = resume ? await unfinishedSteps(out) : [];
      let remembered: string | undefined;
      const remember = async (begun: BegunWith, after: number | undefined): Promise<void> => {
        const said = JSON.stringify([begun, after]);
        if (said === remembered) return;
        await markRunFolder(out, begun, after);
        remembered = said;
      };
      const log = join(out, "log.jsonl");
      const open = async (begun: BegunWith): Promise<Log> => {
        // What it goes on with is written with the first step that comes of it.
        const before = await begunWithOf(out);
        if (!before || saved !== step) await remember(before ?? begun, step);
        await removeUnfinished(out);
        await cutLog(log, step ?? 0);
        return openLog(log);
      };
      const checkLog = async (): Promise<void> => void (await readLog(log));
      return { out, checkpoint, unfinished, checkLog, open, remember, release };
    } catch (error) {
      lock.release();
      throw error;
    }
  } catch (error) {
    await giveBack();
    throw error;
  }
}

/** Removes the folders that were made, from the innermost to the first, as long as they are empty. */
async function removeEmpty(out: string, first: string | undefined): Promise<void> {
  if (first === undefined) return;
  for (let path = resolve(out); path.length >= resolve(first).length; path = dirname(path)) {
    const removed = await rmdir(path).then(
      () => true,
      () => false,
    );
    if (!removed) return;
  }
}

/** As many names of files are shown. */
const shown = 5;

async function taken({ out, model }: KeptRun, names: readonly string[]): Promise<MtfError> {
  // What . and .. are called is told by what they lead to.
  const named = /(^|[\\/])\.\.?[\\/]*$/.test(out) ? join(out, "..", basename(resolve(out))) : out;
  const more = names.length > shown ? `, … (${names.length} in all)` : "";
  const isModel = model === out || names.some((name) => /\.(safetensors|bin)$/.test(name));
  return new MtfError("bad-argument", `${out} holds files that no run has written.`, {
    evidence: [["holds", `${names.slice(0, shown).join(", ")}${more}`]],
    // A model's folder is no place for another one.
    try: [
      optionsInWords({
        out: await free(isModel ? `${named.replace(/[\\/]+$/, "")}-tuned` : join(out, "run")),
      }),
    ],
    file: out,
  });
}

/** That path, or the first of those with a number that is not there yet. */
async function free(path: string): Promise<string> {
  let found = path;
  for (let number = 2; await isThere(found); number++) found = `${path}-${number}`;
  return found;
}

/**
 * Checks that the checkpoint that was saved last is not there without what says what it holds. One whose
 * folder is gone, somebody has removed.
 *
 * @throws MtfError `bad-file` with the way back
 */
async function checkNotLost(out: string, saved: number): Promise<void> {
  const path = stepFolder(out, saved);
  if (!(await namesIn(path)).some((name) => name.endsWith(".safetensors"))) return;
  await checkCheckpoint(path);
}

/** Whether there is a model that a checkpoint came with; before the first, their folder is there. */
async function lostCheckpoints(out: string, saved: number | undefined): Promise<boolean> {
  if (!(await isThere(join(out, "model.safetensors")))) return false;
  return saved !== undefined || !(await isThere(join(out, "checkpoints")));
}

function lost(out: string): MtfError {
  return new MtfError("bad-argument", `${out} holds a model, but no checkpoints to go on from.`, {
    try: [
      `${optionsInWords({ model: out })} and \`out\` with another folder, to train it further with a fresh optimizer`,
      `removing ${join(out, "model.safetensors")}, to begin afresh`,
    ],
    file: out,
  });
}

function used(out: string): MtfError {
  return new MtfError("bad-argument", `${out} holds a run already.`, {
    try: ["`resume: true`, to go on with it", "`out` with another folder"],
  });
}
