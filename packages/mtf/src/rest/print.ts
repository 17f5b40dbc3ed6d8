import { type DType, dtypeAbbreviation } from "../dtype.ts";
import { type Rest, restDType } from "./rest.ts";

/** `bf16[embd=64]`, `i8[embd=64, ff=256] scales(ff)`: dims as they are printed, with what rests. */
export function printResting(
  { dtype, rest }: { readonly dtype: DType; readonly rest?: Rest | undefined },
  dims: string,
): string {
  const type = dtypeAbbreviation[rest === undefined ? dtype : restDType(rest)];
  const scales = typeof rest === "object" ? ` scales(${rest.scales.join(", ")})` : "";
  return `${type}[${dims}]${scales}`;
}
