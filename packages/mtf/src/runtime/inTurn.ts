import type { Host } from "./host.ts";
import type { Answers, Request, RequestOf } from "./protocol.ts";
import { readFilePart } from "./sources/file.ts";

/** A host that may be asked again before it has answered. */
export interface Queue {
  /** Whoever waits for an answer is told before the next request is begun. */
  answer: Host["answer"];
  /** Resolves when nothing is left to do. */
  idle(): Promise<void>;
}

/**
 * Has a host do one thing after the other. What it is to put into memory is read from files before
 * its turn comes, so that nothing else waits for a disk.
 */
export function inTurn(host: Host): Queue {
  let before: Promise<void> = Promise.resolve();
  const enqueue = <K extends Request["kind"]>(request: RequestOf<K>): Promise<Answers[K]> => {
    const answer = before.then(() => host.answer<K>(request));
    before = answer.then(ignore, ignore);
    return answer;
  };
  const withFiles = async <K extends Request["kind"]>(
    request: RequestOf<K> & RequestOf<"put">,
  ): Promise<Answers[K]> => {
    const parts = request.parts.map((part) => ("source" in part ? readFilePart(part) : part));
    return enqueue<K>({ ...request, parts: await Promise.all(parts) });
  };
  return {
    answer<K extends Request["kind"]>(request: RequestOf<K>): Promise<Answers[K]> {
      return readsFiles(request) ? withFiles<K>(request) : enqueue<K>(request);
    },
    idle: () => before,
  };
}

function readsFiles(request: Request): request is RequestOf<"put"> {
  return request.kind === "put" && request.parts.some((part) => "source" in part);
}

function ignore(): void {}
