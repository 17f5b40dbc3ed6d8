import type { MaybePromise } from "../backend/backend.ts";
import type { MtfError } from "../errors.ts";

/** What devices are to do in the order of calls, first of all runs. */
export interface Runs {
  /**
   * Sends a run as soon as its inputs are there and all runs called before were sent, or given up.
   * Resolves when the caller may go on.
   *
   * @param post sends the run, at once, and gives its end
   * @throws MtfError what the inputs or `post` throw, or why the devices have ended
   */
  send<Inputs>(
    inputs: MaybePromise<Inputs>,
    post: (inputs: Inputs) => Promise<unknown>,
  ): Promise<void>;
}

/** The devices, as far as runs are concerned. */
export interface Runners {
  /** How many runs a caller may be ahead of them. */
  readonly ahead: number;
  /** Why they are of no use any more. */
  readonly failure: MtfError | undefined;
}

export function runsOf(devices: Runners): Runs {
  /** Resolves when the last call was sent or given up; undefined where nobody waits. */
  let turn: Promise<unknown> | undefined;
  /** The end of the run that was sent last. */
  let running: Promise<unknown> = Promise.resolve();

  const go = async (post: () => Promise<unknown>): Promise<void> => {
    const before = running;
    const ended = post();
    running = ended.catch(() => undefined);
    await (devices.ahead > 0 ? before : running);
    if (devices.failure) throw devices.failure;
  };

  return {
    async send(inputs, post) {
      // Whoever need not wait is sent at once, so that what is asked next comes after it.
      if (!turn && !(inputs instanceof Promise)) return go(() => post(inputs));
      const before = turn;
      let sent = () => {};
      const called = new Promise<void>((resolve) => {
        sent = resolve;
      });
      const mine = Promise.all([before, called]).then(() => {
        if (turn === mine) turn = undefined;
      });
      turn = mine;
      try {
        const ready = await inputs;
        await before;
        const going = go(() => post(ready));
        sent();
        await going;
      } finally {
        sent();
      }
    },
  };
}
