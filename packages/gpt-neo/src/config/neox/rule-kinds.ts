import { printed, problem, type Rule } from "../key-rules.ts";

/** A key that is taken over. */
export const kept: Rule = () => undefined;

/** A value that must be one of these, and why. */
export const mustBe =
  (allowed: readonly unknown[], reason: string): Rule =>
  (value) =>
    allowed.includes(value) ? undefined : problem(`is ${printed(value)}: ${reason}`);

/** A value of this type, or null; a number that is `least` or more. */
export const typed =
  (type: "number" | "string" | "boolean", least: number = Number.NEGATIVE_INFINITY): Rule =>
  (value) => {
    if (value === null) return undefined;
    if (typeof value !== type) return problem(`is ${printed(value)}, but must be a ${type}`);
    if (type === "number" && !((value as number) >= least)) {
      return problem(`is ${printed(value)}, but must be ${least} or more`);
    }
    return undefined;
  };
