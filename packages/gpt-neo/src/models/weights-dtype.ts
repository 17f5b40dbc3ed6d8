/**
 * What weights rest as on devices, which compute with them in float32. Halves take half of the
 * memory; int8, with a float32 scale for each row that a product keeps, about a quarter: of matrices,
 * while what is small stays float32.
 */
export type WeightsDType = "float32" | "bfloat16" | "float16" | "int8";

export const weightsDTypes: readonly WeightsDType[] = ["float32", "bfloat16", "float16", "int8"];
