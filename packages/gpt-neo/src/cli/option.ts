/** How an option's value is written, and what it means. */
export type Option<T> = {
  /** One sentence for `--help`. */
  readonly help: string;
  readonly required?: boolean;
  /** Called with what was written; gives the value, or says what it should have been. */
  readonly read: (written: string) => { readonly value: T } | { readonly expected: string };
} & (
  | { readonly kind: "flag" }
  | { readonly kind: "value"; readonly shown: string }
  /** Given several times, or followed by several values. */
  | { readonly kind: "values"; readonly shown: string }
);

/** The options of a command: for every field of its values, how it is written. */
export type Options<Values> = {
  readonly [Key in keyof Values]-?: Option<NonNullable<Values[Key]>>;
};

export function flag(help: string): Option<boolean> {
  return { kind: "flag", help, read: () => ({ value: true }) };
}

export function text(shown: string, help: string): Option<string> {
  return {
    kind: "value",
    shown,
    help,
    read: (written) => (written === "" ? { expected: "some text" } : { value: written }),
  };
}

/** Text that may be empty, such as a prompt. */
export function anyText(shown: string, help: string): Option<string> {
  return { kind: "value", shown, help, read: (value) => ({ value }) };
}

export function texts(shown: string, help: string): Option<readonly string[]> {
  return {
    kind: "values",
    shown,
    help,
    read: (written) => (written === "" ? { expected: "a file" } : { value: [written] }),
  };
}

export function integer(shown: string, help: string, least = 0): Option<number> {
  return {
    kind: "value",
    shown,
    help,
    read(written) {
      const value = Number(written);
      const right = /^\d+$/.test(written) && Number.isSafeInteger(value) && value >= least;
      return right ? { value } : { expected: `a whole number from ${least} on` };
    },
  };
}

/** A number above `above`, and at most `most`. */
export function number(
  shown: string,
  help: string,
  above = 0,
  most: number = Number.POSITIVE_INFINITY,
): Option<number> {
  const bound = most === Number.POSITIVE_INFINITY ? "" : ` and at most ${most}`;
  return {
    kind: "value",
    shown,
    help,
    read(written) {
      const value = written.trim() === "" ? Number.NaN : Number(written);
      const right = Number.isFinite(value) && value > above && value <= most;
      return right ? { value } : { expected: `a number above ${above}${bound}` };
    },
  };
}

export function choice<const T extends string>(choices: readonly T[], help: string): Option<T> {
  return {
    kind: "value",
    shown: choices.join("|"),
    help,
    read(written) {
      const value = choices.find((known) => known === written);
      return value === undefined ? { expected: choices.join(" or ") } : { value };
    },
  };
}

/** Numbers with commas between: `1,2,3`. */
export function ids(shown: string, help: string): Option<readonly number[]> {
  return {
    kind: "value",
    shown,
    help,
    read(written) {
      const parts = written.split(",").map((part) => part.trim());
      const right = parts.every((part) => /^\d+$/.test(part) && Number(part) < 2 ** 31);
      return right ? { value: parts.map(Number) } : { expected: "ids with commas between: 1,2,3" };
    },
  };
}

/** Any of several words; given several times, or followed by several. */
export function choices<const T extends string>(
  known: readonly T[],
  help: string,
): Option<readonly T[]> {
  const { read } = choice(known, help);
  return {
    kind: "values",
    shown: known.join("|"),
    help,
    read(written) {
      const result = read(written);
      return "value" in result ? { value: [result.value] } : result;
    },
  };
}

export function required<T>(option: Option<T>): Option<T> {
  return { ...option, required: true };
}

/** `maxNewTokens` as it is typed: `max-new-tokens`. */
export function typed(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
