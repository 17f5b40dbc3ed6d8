import { ignoredLabel, type StoreOptions, tokenStore } from "../data/index.ts";
import type { Window } from "./windows.ts";

/** Windows that were gone through once to be counted, and may be once more. */
export interface KeptWindows {
  readonly count: number;
  /** The ids of the longest one; 0 where there is none. */
  readonly longest: number;
  /** In their order. */
  all(): Generator<Window>;
  close(): void;
}

/**
 * Keeps windows without holding them: many wait in a temporary file.
 *
 * @param options of the store that they are kept in
 * @throws MtfError what `windows` throws; `bad-file` if the disk fails
 * @example
 * const kept = await keepWindows(windows, { folder: "results" });
 * for (const { tokens } of kept.all()) console.log(tokens.length, "of at most", kept.longest);
 * kept.close();
 */
export async function keepWindows(
  windows: AsyncIterable<Window>,
  options: Omit<StoreOptions, "below"> = {},
): Promise<KeptWindows> {
  const store = tokenStore(options);
  let [count, longest] = [0, 0];
  try {
    for await (const { tokens, labels } of windows) {
      const first = labels.findIndex((label) => label !== ignoredLabel);
      // A label is the id that follows: where they begin says all of them.
      store.append(Int32Array.of(tokens.length, first < 0 ? tokens.length : first));
      store.append(tokens);
      count++;
      longest = Math.max(longest, tokens.length);
    }
  } catch (error) {
    store.close();
    throw error;
  }
  return {
    count,
    longest,
    *all() {
      const head = new Int32Array(2);
      for (let at = 0; at < store.length; ) {
        store.read(at, head);
        const tokens = new Int32Array(head[0]!);
        store.read(at + 2, tokens);
        const labels = new Int32Array(tokens.length).fill(ignoredLabel);
        labels.set(tokens.subarray(head[1]! + 1), head[1]!);
        yield { tokens, labels };
        at += 2 + tokens.length;
      }
    },
    close: () => store.close(),
  };
}
