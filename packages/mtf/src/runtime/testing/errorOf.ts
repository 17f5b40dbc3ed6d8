import { MtfError } from "../../errors.ts";

/** What a promise is rejected with, which must be one of the library's errors. */
export async function errorOf(promise: Promise<unknown>): Promise<MtfError> {
  const error: unknown = await promise.then(
    () => new Error("nothing was thrown"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof MtfError) return error;
  throw error;
}
