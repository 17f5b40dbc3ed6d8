/** How packed bytes are unpacked. */
export interface BytesOptions {
  /** The largest window of a zstd frame to make room for, in bytes; 128 MiB by default, 2 GiB at most. */
  readonly zstdWindow?: number | undefined;
}
