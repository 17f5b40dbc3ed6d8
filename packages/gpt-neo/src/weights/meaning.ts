/** What a stored tensor is. */
export type Meaning =
  | {
      readonly kind: "weight" | "adam_m" | "adam_v";
      /** Hugging Face's name of the weight, or of the weight that a moment is of. */
      readonly name: string;
      readonly transposed: boolean;
    }
  | { readonly kind: "step" }
  | { readonly kind: "ignored"; readonly reason: string }
  | { readonly kind: "unexpected" };
