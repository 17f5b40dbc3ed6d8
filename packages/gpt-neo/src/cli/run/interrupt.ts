/** Ctrl-C, a job's end, a terminal that closes. Node takes no notice of `nohup`: without us it would end at once. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What an interrupt asks to stop. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Whether SIGUSR1 has come, by which batch systems ask a job to save and end. */
  readonly stopped: () => boolean;
  /** Hears interrupts no more. */
  end(): void;
}

/** The first interrupt asks to stop, the second one stops. SIGUSR1 only asks. */
export function onInterrupt(asked: () => void): Interrupt {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    asked();
  };
  let isStopped = false;
  const stopSoon = (): void => {
    if (!isStopped) asked();
    isStopped = true;
  };
  process.on("SIGUSR1", stopSoon);
  for (const signal of signals) process.on(signal, stop);
  return {
    signal: controller.signal,
    stopped: () => isStopped,
    end: () => {
      process.off("SIGUSR1", stopSoon);
      for (const signal of signals) process.off(signal, stop);
    },
  };
}
