import type { FromWorker, Start, ToWorker } from "./messages.ts";
import { serve } from "./serve.ts";

/** What this file uses of a worker's own scope. */
interface Scope {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(messages: readonly FromWorker[], transfer: ArrayBuffer[]): void;
}

// The script of a page's workers: the first message says which device this is to be.
const scope = globalThis as unknown as Scope;
scope.onmessage = ({ data: start }: MessageEvent<Start>) => {
  void serve(start, {
    post: (messages, transfer) => scope.postMessage(messages, transfer),
    listen(receive) {
      scope.onmessage = ({ data }: MessageEvent<readonly ToWorker[]>) => receive(data);
    },
  });
};
