/** How two numbers of a workgroup become one. */
export type Combine = "sum" | "max" | "min";

/** How numbers of a type are combined. */
export interface Folding {
  readonly how: Combine;
  readonly type: "f32" | "i32";
}

const combined: { readonly [C in Combine]: (a: string, b: string) => string } = {
  sum: (a, b) => `${a} + ${b}`,
  max: (a, b) => `max(${a}, ${b})`,
  min: (a, b) => `min(${a}, ${b})`,
};

/** The expression of a fold. */
export function combine(how: Combine, a: string, b: string): string {
  return combined[how](a, b);
}

/**
 * A function that combines a number of each thread of a workgroup, always in the same order, and
 * gives what comes of it to all. All threads have to call it.
 *
 * @param threads a power of 2
 * @example
 * across("sumOf", { how: "sum", type: "f32" }, 64) // let total = sumOf(lane, mine);
 */
export function across(name: string, { how, type }: Folding, threads: number): string {
  const room = `${name}Room`;
  return `var<workgroup> ${room}: array<${type}, ${threads}>;
fn ${name}(lane: u32, mine: ${type}) -> ${type} {
  ${room}[lane] = mine;
  workgroupBarrier();
  for (var apart = ${threads >> 1}u; apart > 0u; apart >>= 1u) {
    if (lane < apart) { ${room}[lane] = ${combine(how, `${room}[lane]`, `${room}[lane + apart]`)}; }
    workgroupBarrier();
  }
  let all = ${room}[0];
  workgroupBarrier();
  return all;
}
`;
}

/** As many threads as share `count` elements well: a power of 2, 256 at most. */
export function threadsFor(count: number): number {
  let threads = 1;
  while (threads < 256 && threads * 4 < count) threads *= 2;
  return Math.max(threads, Math.min(8, 2 ** Math.ceil(Math.log2(Math.max(1, count)))));
}
