import type { FastifyReply } from "fastify";
import { RequestError } from "./request-error.ts";

/** Why an answer is not wanted any more: nobody is there to read it. */
export class ClientGone extends Error {
  override readonly name = "ClientGone";
}

/** Aborted when a client goes away before it has its answer, or the answer has taken too long. */
export function wantedUntil({ raw }: FastifyReply, seconds: number): AbortSignal {
  const controller = new AbortController();
  const late = setTimeout(() => {
    const message = `the answer was not there after ${seconds} seconds.`;
    controller.abort(new RequestError(message, { status: 504, code: "timeout" }));
  }, 1000 * seconds);
  raw.once("close", () => {
    clearTimeout(late);
    if (!raw.writableFinished) controller.abort(new ClientGone("the client is gone"));
  });
  return controller.signal;
}
