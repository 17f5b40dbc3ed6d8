/** How the learning rate goes on after its warm-up. */
export type ScheduleName =
  | "cosine"
  | "linear"
  | "constant"
  | "inverse_sqrt"
  | "noam"
  | "slanted_triangular"
  | "warmup_stable_decay";

export const scheduleNames: readonly ScheduleName[] = [
  "cosine",
  "linear",
  "constant",
  "inverse_sqrt",
  "noam",
  "slanted_triangular",
  "warmup_stable_decay",
];
