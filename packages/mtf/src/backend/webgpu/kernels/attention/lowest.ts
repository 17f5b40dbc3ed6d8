/** The product with what is not seen: WGSL lets a GPU assume that there is no infinity. */
export const lowest = "f32(-3.4028234e38)";
