import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import type { Told } from "../generate/few/look.ts";
import { rowsAsked } from "../generate/search/rows-asked.ts";
import type { Search } from "../generate/search/search.ts";
import type { FoundBy } from "../generate/search/together.ts";
import type { Continuations, OwnedRow } from "./continuations.ts";

/** Searches that begin together, and end together where they are not wanted any more. */
export interface Job {
  readonly searches: readonly Search[];
  /** The rows that all of them come to at most. */
  readonly rows: number;
  readonly signal: AbortSignal;
  /** Whom it is for: what is computed for one is not used for another. */
  readonly owner?: string | undefined;
}

/** How much there is room for. */
export interface Capacity {
  /** The rows that are computed at once. */
  readonly rows: number;
  /** The jobs that wait for rows. */
  readonly queue: number;
}

/** How much there is to do. */
export interface Load {
  readonly running: number;
  readonly waiting: number;
}

/** Jobs that share one model: each joins the others' batch between two tokens, and leaves it so. */
export interface Scheduler {
  /**
   * Takes a job of no more rows than there are, and gives what it finds, as it is found: of each step a
   * list, to be iterated over. The job ends before the next token when its signal is aborted, whose reason the
   * stream then throws, or when the stream is destroyed. Undefined where the queue is full.
   */
  submit(job: Job): (Readable & AsyncIterable<FoundInStep>) | undefined;
  load(): Load;
  /** Waits until no job is left. */
  drained(): Promise<void>;
}

/** What a job found in one step: something at all. */
export type FoundInStep = readonly FoundBy[];

/** A job, and where what it finds goes. */
interface Task {
  readonly rows: number;
  readonly owner: string | undefined;
  readonly searches: readonly Search[];
  readonly found: Readable;
}

/** A search of a task in the batch. */
interface Going {
  readonly task: Task;
  readonly prompt: number;
  readonly search: Search;
  readonly asked: Asked;
}

/**
 * What has been asked for a search: its rows, which are not all known yet, or those that its own go on
 * from, or nothing. They were in the last call from `begin` on.
 */
type Asked =
  | { readonly kind: "nothing" }
  | { readonly kind: "same"; readonly begin: number }
  | { readonly kind: "before"; readonly begin: number };

/**
 * Runs jobs in one batch, in the order in which they come. What a job finds does not depend on the
 * others. While there is none, no row is kept to go on from.
 */
export function scheduler(model: Continuations, capacity: Capacity): Scheduler {
  let waiting: readonly Task[] = [];
  let going: readonly Going[] = [];
  let working: Promise<void> | undefined;

  function submit({ searches, rows, signal, owner }: Job): Readable | undefined {
    const ahead = rowsOf([...running(going), ...waiting]);
    if (waiting.length >= capacity.queue && ahead + rows > capacity.rows) return undefined;
    const found = stream(signal);
    const task: Task = { searches, rows, owner, found };
    found.once("close", () => {
      waiting = waiting.filter((one) => one !== task);
    });
    if (!found.destroyed) waiting = [...waiting, task];
    work();
    return found;
  }

  function work(): void {
    working ??= batch().finally(() => {
      working = undefined;
      if (waiting.length > 0) work();
    });
  }

  async function batch(): Promise<void> {
    let tell = (): void => {};
    for (;;) {
      going = going.filter(({ task }) => !task.found.destroyed);
      going = [...going, ...joining()];
      if (going.length === 0) break;
      const asked = model.next(going.flatMap(rowsOfSearch));
      asked.catch(() => {});
      // What was found is told while the devices are at what comes next; meanwhile requests come, and
      // go away.
      await setImmediate();
      tell();
      try {
        const step = stepped(going, await asked);
        [going, tell] = [step.left, step.tell];
      } catch (error) {
        // What failed has left no row to go on from.
        for (const task of running(going)) task.found.destroy(error as Error);
        [going, tell] = [[], () => {}];
      }
    }
    tell();
    await model.close().catch(() => {});
  }

  /** Those that have waited longest, as far as there are rows for them. */
  function joining(): readonly Going[] {
    let free = capacity.rows - rowsOf(running(going));
    const first = waiting.findIndex(({ rows }) => {
      free -= rows;
      return free < 0;
    });
    const joined = first < 0 ? waiting : waiting.slice(0, first);
    waiting = waiting.slice(joined.length);
    return joined.flatMap((task) =>
      task.searches.map((search, prompt) => ({ task, prompt, search, asked: { kind: "nothing" } })),
    );
  }

  return {
    submit,
    load: () => ({ running: rowsOf(running(going)), waiting: waiting.length }),
    drained: async () => {
      while (working) await working;
    },
  };
}

/** What a job finds, until its signal is aborted. */
function stream(signal: AbortSignal): Readable {
  const found = new Readable({ objectMode: true, read() {} });
  const abort = (): void => void found.destroy(signal.reason as Error);
  signal.addEventListener("abort", abort);
  found.once("close", () => signal.removeEventListener("abort", abort));
  // Whoever iterates is told; without a listener, the process would end.
  found.on("error", () => {});
  if (signal.aborted) abort();
  return found;
}

function running(going: readonly Going[]): readonly Task[] {
  return [...new Set(going.map(({ task }) => task))];
}

function rowsOf(tasks: readonly Task[]): number {
  return tasks.reduce((sum, { rows }) => sum + rows, 0);
}

function rowsOfSearch({ task: { owner }, search, asked }: Going): readonly OwnedRow[] {
  const rows =
    asked.kind === "same"
      ? search.rows.map(({ ids, look }, row) => ({ ids, look, continues: asked.begin + row }))
      : rowsAsked(search, asked.kind === "before" ? asked.begin : 0);
  return owner === undefined ? rows : rows.map((row) => ({ ...row, owner }));
}

/** What is left to do after a step, and what tells each task what it found. */
function stepped(
  going: readonly Going[],
  told: readonly (Told | undefined)[],
): { readonly left: readonly Going[]; readonly tell: () => void } {
  let end = 0;
  const foundBy = new Map<Task, FoundBy[]>();
  const failed = new Map<Task, Error>();
  const left = going.flatMap((one): readonly Going[] => {
    const { task, prompt, search } = one;
    const begin = end;
    end += search.rows.length;
    if (task.found.destroyed) return [];
    const known = told.slice(begin, end).filter((row) => row !== undefined);
    if (known.length < search.rows.length) return [{ ...one, asked: { kind: "same", begin } }];
    try {
      const { found, next } = search.step(known);
      const all = foundBy.get(task) ?? [];
      if (found.length > 0) foundBy.set(task, all);
      all.push(...found.map((each) => ({ ...each, prompt })));
      return next ? [{ ...one, search: next, asked: { kind: "before", begin } }] : [];
    } catch (error) {
      failed.set(task, error as Error);
      return [];
    }
  });
  const still = new Set(running(left));
  const ended = running(going).filter((task) => !still.has(task));
  const tell = () => {
    for (const [task, found] of foundBy) task.found.push(found satisfies FoundInStep);
    for (const [task, error] of failed) task.found.destroy(error);
    for (const task of ended) task.found.push(null);
  };
  return { left, tell };
}
