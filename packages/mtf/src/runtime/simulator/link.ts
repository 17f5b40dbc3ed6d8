import type { Mesh } from "../../mesh.ts";
import { asFailure, type Link } from "../fleet.ts";
import type { Host } from "../host.ts";

/** The way to a host in this thread. */
export function directLink(mesh: Mesh, devices: readonly number[], host: Host): Link {
  let before: Promise<unknown> = Promise.resolve();
  return {
    devices,
    ask(request) {
      const answer = before.then(() => host.answer(request));
      before = answer.catch(() => undefined);
      return answer.catch((error: unknown) => {
        throw asFailure(error, mesh, devices[0]!);
      });
    },
    async end() {
      await before;
      host.close();
    },
  };
}
