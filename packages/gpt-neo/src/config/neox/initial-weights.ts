import { neoxMethods } from "../initial-weights.ts";
import { type Keys, note, printed, problem, type Rule } from "../key-rules.ts";

/** Methods of NeoX's that draw otherwise than from one normal distribution. */
const others = ["orthogonal", "scaled_orthogonal", "xavier_uniform", "xavier_normal"];

/** What is to be said about how weights begin. */
export function initialMethod(instead: (typeof neoxMethods)[number]): Rule {
  return (value) => {
    if (value === null || isKnown(value)) return undefined;
    if (!others.some((name) => name === value)) {
      return problem(`is ${printed(value)}, not ${[...neoxMethods, ...others].join(", ")}`);
    }
    const told = `is ${printed(value)}, which depended on how matrices were split over devices`;
    return note(`${told}; here it is ${instead}`);
  };
}

/** How a NeoX config's weights begin; methods that are not known here are as if left out. */
export function initialWeightsOf({ init_method, output_layer_init_method }: Keys): Keys {
  return {
    method: "neox",
    ...(isKnown(init_method) && { init_method }),
    ...(isKnown(output_layer_init_method) && { output_layer_init_method }),
  };
}

function isKnown(value: unknown): boolean {
  return neoxMethods.some((method) => method === value);
}
