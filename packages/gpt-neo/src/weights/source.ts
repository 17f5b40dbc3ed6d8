import type { ArrayFor, ReadAs, ReadOptions, StoredDType } from "mtf/checkpoint";
import type { FileSource } from "mtf/simulator";

/** A part of a tensor: a range of every dim. */
export type Box = NonNullable<ReadOptions["box"]>;

/** A tensor as its file describes it. */
export interface WeightTensor {
  readonly name: string;
  readonly dtype: StoredDType;
  readonly shape: readonly number[];
  /** The file its numbers are in. */
  readonly file: string;
}

/** Named tensors that can be read by boxes. */
export interface NamedTensors {
  readonly tensors: ReadonlyMap<string, WeightTensor>;
  /**
   * The numbers of a tensor or of a box of it, row by row.
   *
   * @throws MtfError `bad-argument` for an unknown name or a box outside; `dtype-mismatch` where
   * the type asked for cannot hold them; `bad-file` if the file is damaged there
   */
  read<As extends ReadAs = ReadAs>(name: string, options?: ReadOptions<As>): Promise<ArrayFor[As]>;
  /** Where devices read a tensor by themselves; undefined where it has to be read for them. */
  inFile?(name: string): FileSource | undefined;
}

/** The kinds of files that weights come in. */
export type WeightFormat = "safetensors" | "pytorch" | "tensorflow" | "checkpoint";

/** Open files of weights, with the names and the orientation that they were written with. */
export interface WeightSource extends NamedTensors {
  readonly format: WeightFormat;
  /** The file that was opened: the only one, an index of several, or a bundle's index. */
  readonly file: string;
  readonly metadata: Readonly<Record<string, string>> | undefined;
  /** What else the files hold, and why it is not among the tensors. */
  readonly skipped: readonly (readonly [name: string, reason: string])[];
  close(): Promise<void>;
}
