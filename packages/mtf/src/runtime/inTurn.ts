import type { Host } from "./host.ts";
import type { Answers, Request, RequestOf } from "./protocol.ts";

/** A host that may be asked again before it has answered. */
export interface Queue {
  /** Whoever waits for an answer is told before the next request is begun. */
  answer: Host["answer"];
  /** Resolves when nothing is left to do. */
  idle(): Promise<void>;
}

/** Has a host do one thing after the other. */
export function inTurn(host: Host): Queue {
  let before: Promise<void> = Promise.resolve();
  return {
    answer<K extends Request["kind"]>(request: RequestOf<K>): Promise<Answers[K]> {
      const answer = before.then(() => host.answer<K>(request));
      before = answer.then(ignore, ignore);
      return answer;
    },
    idle: () => before,
  };
}

function ignore(): void {}
