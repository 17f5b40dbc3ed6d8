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
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return {
    signal: controller.signal,
    stopped: () => isStopped,
    end: () => {
      process.off("SIGUSR1", stopSoon);
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
    },
  };
}
