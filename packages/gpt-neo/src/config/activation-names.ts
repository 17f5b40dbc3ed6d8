/** Hugging Face's names: "gelu" is the exact one, most others are its form with tanh. */
export type UsualActivation =
  | "gelu"
  | "gelu_fast"
  | "gelu_new"
  | "gelu_pytorch_tanh"
  | "relu"
  | "silu"
  | "swish";

export const activationNames: readonly UsualActivation[] = [
  ...(["gelu_new", "gelu", "gelu_fast", "gelu_pytorch_tanh", "relu", "silu", "swish"] as const),
];

/**
 * The original GPT-Neo's names of those that Hugging Face has not, functions of an element by itself. Its
 * own gelu is `gelu_new`.
 */
export const elementwiseNames = [
  "sigmoid",
  "tanh",
  "selu",
  "elu",
  "abs",
  "sin",
  "cos",
  "sign",
  "softplus",
  "lrelu001",
  "lrelu020",
  "id",
  "triangle_relax",
  "square_relax",
  "spike",
  "spike2",
  "tanhshrink",
  "softsign",
  "bipolarsigmoid",
  "rrelu",
  "elish",
  "arcsinh",
  "maxsig",
  "cosid",
  "minsin",
  "maxtanh",
  "mish",
  "tanhexp",
  "lisht",
  "seagull",
  "snake",
  "roottanh",
  "softplusmone",
] as const;

export type ElementwiseName = (typeof elementwiseNames)[number];

/** Those of the original that go over all elements inside a layer. */
export const rowwiseNames = ["softmax", "logsoftmax"] as const;

export type RowwiseName = (typeof rowwiseNames)[number];

/** Those of the original with numbers that are learned. */
export const learnedNames = ["aria", "prelu", "parcsinh", "psoftplus", "proottanh"] as const;

export type LearnedName = (typeof learnedNames)[number];

export type OriginalActivation = ElementwiseName | RowwiseName | LearnedName;

/** All of them. */
export const originalActivationNames: readonly OriginalActivation[] = [
  ...elementwiseNames,
  ...rowwiseNames,
  ...learnedNames,
];

export type ActivationName = UsualActivation | OriginalActivation;

/** Whether it is one of those that Hugging Face has. */
export function isUsualActivation(name: ActivationName): name is UsualActivation {
  return activationNames.some((one) => one === name);
}
