import { MtfError } from "mtf";

const codes: readonly string[] = ["closed", "device-failed", "out-of-memory", "poisoned"];

/** Whether an error is of devices, and not of what they compute: others may do better. */
export function failedDevices(error: unknown): boolean {
  return error instanceof MtfError && codes.includes(error.code);
}
