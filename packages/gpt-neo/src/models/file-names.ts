/** What files of an architecture's weights have beside the names of its parameters. */
export interface FileNames {
  /** What the names of all but the output begin with; files of a model without an output lack it. */
  readonly prefix: string;
  /** The table of the token embeddings. */
  readonly embedding: string;
  /** The output's own table, which files may hold although it is tied to the embedding. */
  readonly output: string;
  /** Tensors that old files carry along, which follow from the config: masks, frequencies. */
  readonly derived: RegExp;
}
