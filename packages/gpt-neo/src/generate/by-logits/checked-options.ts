import { isIn, type NumberRange, rangeInWords } from "../../number-range.ts";
import { wrongOption } from "../../wrong-option.ts";

/** Refuses the first of some options that is not in its range; those that may be left out may be. */
export function checkedOptions<Options extends object>(
  caller: string,
  options: Options,
  ranges: { readonly [Key in keyof Options]?: NumberRange & { readonly optional?: true } },
): void {
  for (const [name, range] of Object.entries(ranges) as [keyof Options & string, never][]) {
    const { optional, ...numbers } = range as NumberRange & { readonly optional?: true };
    const given = options[name];
    if (given === undefined && optional) continue;
    if (typeof given === "number" && isIn(numbers, given)) continue;
    throw wrongOption(caller, name, given, rangeInWords(numbers));
  }
}
