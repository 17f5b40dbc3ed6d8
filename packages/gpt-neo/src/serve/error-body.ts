import type { RequestError } from "./request-error.ts";

/** An error as OpenAI's clients read it. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}

export function errorBody({ message, status, param, code }: RequestError): ErrorBody {
  return { error: { message, type: typeOf(status), param: param ?? null, code: code ?? null } };
}

function typeOf(status: number): string {
  if (status === 429) return "rate_limit_error";
  return status < 500 ? "invalid_request_error" : "server_error";
}
