import { failedDevices } from "./failed-devices.ts";
import { RequestError } from "./request-error.ts";
import { ClientGone } from "./wanted-until.ts";

type FrameworkError = Error & { readonly statusCode?: number; readonly code?: string };

/**
 * What a client is told of an error. Of one that is not the client's, no more than that it happened.
 *
 * @param report told the others
 */
export function errorOf(error: unknown, report: (error: unknown) => void): RequestError {
  if (error instanceof RequestError) return error;
  if (error instanceof ClientGone) return new RequestError(error.message, { status: 499 });
  const { statusCode: status = 500, message, code } = error as FrameworkError;
  // A client that goes away before the first event closes the stream that it would have been sent by.
  if (code === "ERR_STREAM_PREMATURE_CLOSE") return new RequestError(message, { status: 499 });
  if (status < 500) return new RequestError(message, { status });
  report(error);
  if (failedDevices(error)) {
    const message = "the model has failed, and is not there at the moment.";
    return new RequestError(message, { status: 503, code: "model_failed", retryAfter: 1 });
  }
  return new RequestError("the server has failed.", { status: 500 });
}
