import type { MaybePromise } from "../backend.ts";

/** `then` for what may be a value already: a synchronous backend never waits a turn. */
export function after<A, B>(
  value: MaybePromise<A>,
  next: (value: A) => MaybePromise<B>,
): MaybePromise<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** `Promise.all` that only is a promise where one of the values is. */
export function all<A>(values: readonly MaybePromise<A>[]): MaybePromise<readonly A[]> {
  return values.some((value) => value instanceof Promise)
    ? Promise.all(values)
    : (values as readonly A[]);
}

/** Runs `make`, then `done` whether it succeeded or not. */
export function always<A>(make: () => MaybePromise<A>, done: () => void): MaybePromise<A> {
  let made: MaybePromise<A>;
  try {
    made = make();
  } catch (error) {
    done();
    throw error;
  }
  if (made instanceof Promise) return made.finally(done);
  done();
  return made;
}
