import type { Devices } from "mtf/simulator";

/** What is held on devices, for tests of what is left there. */
export async function heldOn(
  devices: Devices,
): Promise<readonly { readonly buffers: number; readonly bytes: number }[]> {
  return (await devices.usage()).map(({ buffers, bytes }) => ({ buffers, bytes }));
}
