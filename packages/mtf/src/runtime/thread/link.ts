import type { Mesh } from "../../mesh.ts";
import { asFailure, type Link } from "../fleet.ts";
import type { Host } from "../host.ts";
import { inTurn } from "../inTurn.ts";
import { breathing } from "./breathing.ts";

/** The way to a host in this thread. */
export function directLink(
  mesh: Mesh,
  devices: readonly number[],
  host: Host,
  reached: readonly number[] = devices,
): Link {
  const queue = inTurn(breathing(host));
  return {
    devices,
    reached,
    ask(request) {
      return queue.answer(request).catch((error: unknown) => {
        throw asFailure(error, mesh, devices[0]!);
      });
    },
    async end() {
      host.stop();
      // Kernels that take their time, or forever, keep their memory meanwhile.
      const freed = queue.idle().then(() => host.close());
      await Promise.race([freed, new Promise((resolve) => setTimeout(resolve))]);
    },
  };
}
