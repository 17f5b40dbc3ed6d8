import { MtfError } from "../../errors.ts";

/** What went wrong on a GPU since it was opened: it is told later than what caused it. */
export interface Failures {
  /** @throws MtfError `device-failed` or `out-of-memory` if anything did */
  check(): void;
  any(): boolean;
}

/** Listens to a device for as long as it is used. */
export function watch(device: GPUDevice, name: string): Failures {
  let failure: MtfError | undefined;
  void device.lost.then(({ reason, message }) => {
    failure = new MtfError("device-failed", `the GPU '${name}' was lost.`, {
      evidence: [["cause", message || reason || "unknown"]],
      try: ["the last checkpoint, on a device opened anew"],
    });
  });
  device.addEventListener("uncapturederror", (event) => {
    const { error } = event as GPUUncapturedErrorEvent;
    failure ??= told(error, name);
    // Dawn would print it as well.
    event.preventDefault();
  });
  return {
    any: () => failure !== undefined,
    check() {
      if (failure) throw failure;
    },
  };
}

function told(error: GPUError, name: string): MtfError {
  const evidence = [["cause", error.message.split("\n")[0]!]] as const;
  // By name: where the GPU is a package's, its classes are not the page's.
  if (error.constructor.name === "GPUOutOfMemoryError") {
    return new MtfError("out-of-memory", `the GPU '${name}' has no memory left.`, {
      evidence,
      try: ["a layout that splits the largest values over more devices", "a smaller batch"],
    });
  }
  return new MtfError("device-failed", `the GPU '${name}' refused a command.`, { evidence });
}
