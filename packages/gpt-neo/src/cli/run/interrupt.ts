/** What an interrupt asks to stop. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Hears interrupts no more. */
  end(): void;
}

/** The first interrupt asks to stop, the second one stops. */
export function onInterrupt(asked: () => void): Interrupt {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    asked();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return {
    signal: controller.signal,
    end: () => {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
    },
  };
}
