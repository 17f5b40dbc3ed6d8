/** What one has here for a name of Mesh-TensorFlow. */
export type Entry =
  /** Exports that replace it: of `mtf`, or of another module as `nn.attention` or `gpt-neo.score`. */
  | { readonly kind: "here"; readonly exports: readonly string[]; readonly how: string | undefined }
  /** Why nothing takes its place: what it did is done in another way. */
  | { readonly kind: "unneeded"; readonly why: string }
  /** What it did cannot be had, and why not. */
  | { readonly kind: "absent"; readonly why: string };

/** The names of a module of Mesh-TensorFlow. */
export type Entries = Readonly<Record<string, Entry>>;

export function use(exports: string | readonly string[], how?: string): Entry {
  return { kind: "here", exports: [exports].flat(), how };
}

export const unneeded = (why: string): Entry => ({ kind: "unneeded", why });

export const absent = (why: string): Entry => ({ kind: "absent", why });

/** Several names of which the same is to be said. */
export function all(names: readonly string[], entry: Entry): Entries {
  return Object.fromEntries(names.map((name) => [name, entry]));
}
