/** Something to do that takes its time. */
export type Task = () => Promise<unknown>;

/** So many things that are done at once: what is waited for first, and in between what is not. */
export interface Lanes {
  /** Does a task as soon as a lane is free. */
  soon<T>(task: () => Promise<T>): Promise<T>;
  /** Does tasks whenever a lane is free, until none comes; several such rows take turns. */
  meanwhile(next: () => Task | undefined): void;
  /** Begins nothing more: what waits for a lane fails. Done when all that was begun has ended. */
  close(): Promise<void>;
}

/**
 * Lanes for tasks.
 *
 * @example
 * const lanes = openLanes(2);
 * const first = await lanes.soon(() => read(1));
 */
export function openLanes(width: number): Lanes {
  const urgent: { readonly task: Task; readonly fail: (error: Error) => void }[] = [];
  let rows: (() => Task | undefined)[] = [];
  const running = new Set<Promise<unknown>>();
  let closed = false;
  const nextTask = (): Task | undefined => {
    if (closed) return undefined;
    const first = urgent.shift();
    if (first) return first.task;
    for (let row = rows.shift(); row; row = rows.shift()) {
      const found = row();
      if (!found) continue;
      rows.push(row);
      return found;
    }
    return undefined;
  };
  const go = (): void => {
    while (running.size < width) {
      const task = nextTask();
      if (!task) return;
      // Whoever asked for it hears of its failure.
      const done: Promise<unknown> = task()
        .catch(() => undefined)
        .finally(() => {
          running.delete(done);
          go();
        });
      running.add(done);
    }
  };
  return {
    soon: (task) =>
      new Promise((resolve, reject) => {
        urgent.push({ task: () => task().then(resolve, reject), fail: reject });
        go();
      }),
    meanwhile(next) {
      rows = [...rows, next];
      go();
    },
    async close() {
      closed = true;
      for (const { fail } of urgent.splice(0)) fail(new Error("closed before its turn"));
      await Promise.all(running);
    },
  };
}
