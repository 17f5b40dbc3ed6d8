import { MtfError } from "mtf";
import { camelCase } from "./camel-case.ts";
import { isObject } from "./json.ts";
import { meantBy } from "./meant-by.ts";
import { wrongOption } from "./wrong-option.ts";

/** The names that options may have; the compiler asks for each of them. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/** Those of some values that have these names. */
export function onlyNamed<Options extends object>(
  given: Options,
  names: OptionNames<Options>,
): Options {
  const known = Object.entries(given).filter(([name]) => Object.hasOwn(names, name));
  return Object.fromEntries(known) as Options;
}

/**
 * Checks that options are known: one misspelt would be an option that nobody reads. Types find it
 * only where options are written out in the call, and in JavaScript nowhere.
 *
 * @throws MtfError `bad-argument`, with the name that was meant
 */
export function checkNames<Options extends object>(
  caller: string,
  given: Options,
  names: OptionNames<Options>,
): void {
  if (!isObject(given))
    throw wrongOption(caller, "the options object", given, "an object of names and values");
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || Object.hasOwn(names, name)) continue;
    const camel = camelCase(name);
    const near = Object.hasOwn(names, camel) ? camel : meantBy(name, Object.keys(names));
    throw new MtfError("bad-argument", `${caller}: there is no option ${JSON.stringify(name)}.`, {
      evidence: [["options", Object.keys(names).sort().join(", ")]],
      ...(near !== undefined && { try: [near] }),
    });
  }
}
