import { arrayArgument, wrongArgument } from "../arguments.ts";
import { sameDimSet } from "../dimension.ts";
import { MtfError } from "../errors.ts";
import { printTensor } from "../graph/show.ts";
import { type AnyTensor, dimsOf, typeOf } from "../graph/tensor.ts";
import { restDType, sameRest } from "../rest/rest.ts";
import { captureLine } from "../sourceLine.ts";
import type { TracedLeaf, TracedLeaves } from "../trace.ts";

/** Arguments to be given up are places among the arguments. */
export function checkDonated(donated: unknown, count: number): void {
  const takes = "an array of the places of inputs, from 0 on";
  for (const place of arrayArgument("lower", "options.donate", donated, takes)) {
    if (Number.isInteger(place) && (place as number) >= 0 && (place as number) < count) continue;
    const those = count === 0 ? "there are no inputs" : `a place among inputs, 0 to ${count - 1}`;
    throw wrongArgument("lower", "options.donate", those, place);
  }
}

/**
 * Which results take the place of which donated arguments: paths of results to paths of inputs. An
 * argument's place is taken where its whole tree, with its dims and dtypes, is the result or stands
 * as one part of it: `[state, loss]` for an argument `state`.
 */
export function donatedPlaces(
  traced: TracedLeaves,
  donated: readonly number[],
): ReadonlyMap<string, string> {
  const outputs = new Map(traced.outputs.map((leaf) => [leaf.path, leaf.tensor]));
  const parts = new Set(["", ...traced.outputs.map(head)]);
  const places = new Map<string, string>();
  for (const argument of donated) {
    const own = traced.inputs.filter((leaf) => head(leaf) === `${argument}`);
    const within = own.map(({ path }) => path.slice(`${argument}`.length + 1));
    for (const part of parts) {
      const taken = within.map((inside) => join(part, inside));
      const fits = own.every(({ tensor }, i) => sameValue(outputs.get(taken[i]!), tensor));
      if (!fits || taken.some((place) => places.has(place))) continue;
      own.forEach((leaf, i) => {
        requireMaster(leaf, outputs.get(taken[i]!)!);
        places.set(taken[i]!, leaf.path);
      });
      break;
    }
  }
  return places;
}

/** A state that rests narrow cannot be what a step makes of it: results are float32. */
function requireMaster({ path, tensor }: TracedLeaf, next: AnyTensor): void {
  const { rest } = typeOf(tensor);
  if (rest === undefined || sameRest(rest, typeOf(next).rest)) return;
  const sentence = `lower: '${path}' is given up and rests as ${restDType(rest)}, and what takes its place is float32.`;
  throw new MtfError("dtype-mismatch", sentence, {
    function: "lower",
    path,
    evidence: [
      ["given up", printTensor(tensor)],
      ["in its place", printTensor(next)],
      ["at", captureLine()],
    ],
    try: ["placeholder(dims) in a state: float32, which small steps add up in"],
  });
}

function head({ path }: TracedLeaf): string {
  const end = path.indexOf("/");
  return end < 0 ? path : path.slice(0, end);
}

function join(part: string, inside: string): string {
  return part === "" || inside === "" ? `${part}${inside}` : `${part}/${inside}`;
}

function sameValue(a: AnyTensor | undefined, b: AnyTensor): boolean {
  return a !== undefined && a.dtype === b.dtype && sameDimSet(dimsOf(a), dimsOf(b));
}
