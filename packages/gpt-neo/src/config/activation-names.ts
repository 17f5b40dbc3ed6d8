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

/** The original GPT-Neo's names of those that Hugging Face has not; its own gelu is `gelu_new`. */
export const originalActivationNames = [
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
  "softmax",
  "logsoftmax",
  "bipolarsigmoid",
  "rrelu",
  "elish",
  "arcsinh",
  "aria",
  "prelu",
  "parcsinh",
  "psoftplus",
  "proottanh",
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

export type OriginalActivation = (typeof originalActivationNames)[number];

export type ActivationName = UsualActivation | OriginalActivation;

/** Whether it is one of those that Hugging Face has. */
export function isUsualActivation(name: ActivationName): name is UsualActivation {
  return activationNames.some((one) => one === name);
}
