/**
 * What a record has under a name, and nothing of what every object inherits: a dim may be called
 * `constructor`.
 */
export function entryOf<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Whether a value is an object that was written as `{ … }`, rather than made by a class. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Objects of another realm have an Object.prototype of its own, which inherits nothing either.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
