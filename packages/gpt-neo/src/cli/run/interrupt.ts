/** The first interrupt asks to stop, the second one stops. */
export function onInterrupt(asked: () => void): { readonly stopped: boolean; end(): void } {
  const state = {
    stopped: false,
    end: () => {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
    },
  };
  const stop = () => {
    if (state.stopped) process.exit(130);
    state.stopped = true;
    asked();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return state;
}
