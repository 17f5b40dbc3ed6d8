import type { Host } from "../host.ts";
import type { Answers, Request, RequestOf } from "../protocol.ts";
import { soon } from "./soon.ts";

/** How long a thread may go on without a turn of its event loop. */
const milliseconds = 5;

/**
 * A host that lets the event loop turn between runs. A loop that awaits nothing but runs would
 * never let it, and handles that were dropped are only freed when it turns.
 */
export function breathing(host: Host): Host {
  let turned = performance.now();
  return {
    ...host,
    async answer<K extends Request["kind"]>(request: RequestOf<K>): Promise<Answers[K]> {
      const answer = await host.answer<K>(request);
      if (request.kind === "run" && performance.now() - turned > milliseconds) {
        await new Promise<void>(soon);
        turned = performance.now();
      }
      return answer;
    },
  };
}
