/** The values of another's config by its keys. */
export type Keys = Readonly<Record<string, unknown>>;

/** What is to be said about a key: that it is not taken over and why, or that it cannot be. */
export interface KeyNote {
  readonly kind: "note" | "problem";
  readonly reason: string;
}

/** What is to be said about a key with this value, among the others; nothing if it is taken over. */
export type Rule = (value: unknown, keys: Keys) => KeyNote | undefined;

export const note = (reason: string): KeyNote => ({ kind: "note", reason });

export const problem = (reason: string): KeyNote => ({ kind: "problem", reason });

export const always =
  (reason: string): Rule =>
  () =>
    note(reason);

/** A switch that was off says nothing. */
export const unlessOff =
  (reason: string): Rule =>
  (value) =>
    isOff(value) ? undefined : note(reason);

export const mustBeOff =
  (reason: string): Rule =>
  (value) =>
    isOff(value) ? undefined : problem(reason);

/** Why evaluation tasks are not taken over. */
export const noTasks =
  "asks for evaluation tasks, which eval does not have: it measures the loss on its data";

/** Whether a value asks for nothing: what Python, which both originals are in, takes for false. */
export function isOff(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === false ||
    value === 0 ||
    value === "" ||
    (typeof value === "object" && Object.keys(value as object).length === 0)
  );
}

/** A value as it is written. */
export function printed(value: unknown): string {
  return JSON.stringify(value) ?? "missing";
}

/** The keys that have a value; those without take the default, as absent ones do. */
export function defined(keys: Keys): Keys {
  return Object.fromEntries(
    Object.entries(keys).filter(([, value]) => value !== undefined && value !== null),
  );
}

/** A value as a number: NaN for a list or an object, which may have no number at all. */
export function numberOf(value: unknown): number {
  return typeof value === "object" && value !== null ? Number.NaN : Number(value);
}
