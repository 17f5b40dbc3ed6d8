import { errorBody } from "./error-body.ts";
import type { RequestError } from "./request-error.ts";

/**
 * Objects as server-sent events, those that come together in one piece, with the last one that OpenAI's clients wait for. What ends them early
 * is told as an event too: the answer's status has been sent by then.
 */
export async function* eventStream(
  objects: AsyncIterable<readonly object[]>,
  errorOf: (error: unknown) => RequestError,
): AsyncGenerator<string> {
  try {
    for await (const some of objects) {
      if (some.length > 0) yield some.map((object) => event(JSON.stringify(object))).join("");
    }
    yield event("[DONE]");
  } catch (error) {
    yield event(JSON.stringify(errorBody(errorOf(error))));
  }
}

function event(data: string): string {
  return `data: ${data}\n\n`;
}
