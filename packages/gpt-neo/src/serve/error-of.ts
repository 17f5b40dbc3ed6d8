import { failedDevices } from "./failed-devices.ts";
import { RequestError } from "./request-error.ts";
import { ClientGone } from "./wanted-until.ts";

/**
 * What a client is told of an error. Of one that is not the client's, no more than that it happened.
 *
 * @param report told the others
 */
export function errorOf(error: unknown, report: (error: unknown) => void): RequestError {
  if (error instanceof RequestError) return error;
  if (error instanceof ClientGone) return new RequestError(error.message, { status: 499 });
  const { statusCode: status = 500, message } = error as Error & { readonly statusCode?: number };
  if (status < 500) return new RequestError(message, { status });
  report(error);
  if (failedDevices(error)) {
    const message = "the model has failed, and is not there at the moment.";
    return new RequestError(message, { status: 503, code: "model_failed", retryAfter: 1 });
  }
  return new RequestError("the server has failed.", { status: 500 });
}
