/** What is told to a client whose request is not answered. */
export interface Refusal {
  readonly status: number;
  /** The field of the request that is wrong, as a path: `logit_bias.50256`. */
  readonly param?: string | undefined;
  /** A word that programs know. */
  readonly code?: string | undefined;
  /** The seconds after which to ask again. */
  readonly retryAfter?: number | undefined;
}

/** A request that is not answered, and why. */
export class RequestError extends Error implements Refusal {
  override readonly name = "RequestError";
  readonly status: number;
  readonly param: string | undefined;
  readonly code: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(message: string, { status, param, code, retryAfter }: Refusal) {
    super(message);
    this.status = status;
    this.param = param;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** A field that is wrong: `'temperature' must be a number from 0 on and at most 2.` */
export function wrongField(param: string, reason: string, code?: string): RequestError {
  return new RequestError(`'${param}' ${reason}.`, { status: 400, param, code });
}
