import { onInterrupt } from "../interrupt.ts";

/** Does what an interrupt ends early, with what there is by then; the command tells it by its status. */
export async function interruptible<T>(work: (enough: AbortSignal) => Promise<T>): Promise<T> {
  const { signal, end } = onInterrupt(() => {});
  try {
    const made = await work(signal);
    if (signal.aborted) process.exitCode = 130;
    return made;
  } finally {
    end();
  }
}
