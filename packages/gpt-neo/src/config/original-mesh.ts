import { expertKeys } from "./experts.ts";
import { defined, isOff, type Keys, printed } from "./key-rules.ts";
import type { Masking } from "./masking.ts";
import { activationOf, isCausal } from "./original-keys.ts";
import { microbatches } from "./original-microbatches.ts";
import type { OriginalParts } from "./original-parts.ts";

/**
 * What an original config asks for that GPT-Neo's published models have not, in our words: nothing, or the
 * keys of a model of type `gpt_neo_mesh`, computed as the original did.
 */
export function meshModelOf(keys: Keys): Keys {
  const activation = activationOf(keys.activation_fn);
  const original = partsOf(keys);
  const architecture = defined({
    // Any value turned it on.
    pos_emb: keys.rotary_emb === undefined || keys.rotary_emb === null ? undefined : "rotary",
    num_unique_layers: isTrue(keys.share_parameters) ? 1 : undefined,
  });
  const model = defined({
    activation_function: activation === "gelu_new" ? undefined : activation,
    tie_word_embeddings: isTrue(keys.no_weight_tie) ? false : undefined,
  });
  const asks = [original, architecture, model].some((part) => Object.keys(part).length > 0);
  if (!asks && !/"(linear|none)"/.test(printed(keys.attention_types))) return {};
  return { model_type: "gpt_neo_mesh", ...model, architecture, original };
}

function partsOf(keys: Keys): Keys {
  const on = (key: string): true | undefined => (isTrue(keys[key]) ? true : undefined);
  const rezero = on("rezero");
  const global = printed(keys.attention_types).includes('"global"');
  const parts: { readonly [Key in keyof OriginalParts]?: unknown } = {
    causal: isCausal(keys) ? undefined : false,
    axial_pos_emb: isOff(keys.axial_pos_emb) ? undefined : keys.axial_pos_emb,
    scalenorm: rezero ? undefined : on("scalenorm"),
    rezero,
    final_norm: isTrue(keys.no_weight_tie) ? false : undefined,
    mlp_glu: on("mlp_glu"),
    macaron: on("macaron"),
    num_mem_kv: isOff(keys.num_mem_kv) || !global ? undefined : keys.num_mem_kv,
    moe: expertsOf(keys),
    none_doubles: printed(keys.attention_types).includes('"none"') ? true : undefined,
  };
  return defined(parts);
}

/** What it read by default differs from ours where it had no default: the best expert, without chance. */
function expertsOf(keys: Keys): Keys | undefined {
  if (isOff(keys.moe_layers)) return undefined;
  const params = Object.entries((keys.moe_params ?? {}) as Keys)
    .map(([key, value]) => [key.replace(/^moe_/, ""), value] as const)
    .filter(([key]) => expertKeys.includes(key));
  const { use_second_place_loss: second, ...given } = Object.fromEntries(params);
  const coefficient = given.loss_coef ?? 0.01;
  const parts = microbatches(keys) ?? 1;
  return defined({
    ...given,
    // It took the mean over the parts of a batch twice.
    ...(parts > 1 && typeof coefficient === "number" && { loss_coef: coefficient / parts }),
    layers: keys.moe_layers,
    // It took none for no activation at all.
    activation: keys.moe_activation === null ? "id" : activationOf(keys.moe_activation ?? "relu"),
    use_second_place_loss: isOff(second) ? undefined : true,
  });
}

/** How an original config hides tokens; it never hid the id 0, with which it filled samples up. */
export function maskingOf(keys: Keys): Keys | undefined {
  if (isCausal(keys) || typeof keys.mlm_mask_id !== "number") return undefined;
  const ignored = Array.isArray(keys.mlm_mask_ignore_ids) ? keys.mlm_mask_ignore_ids : [];
  const masking: { readonly [Key in keyof Masking]?: unknown } = {
    mask_id: keys.mlm_mask_id,
    cls_id: keys.mlm_cls_token_id,
    mask_prob: keys.mlm_mask_prob,
    same_token_prob: keys.mlm_same_token_prob,
    random_token_prob: keys.mlm_random_token_prob,
    ignore_ids: [...new Set([0, ...ignored])],
  };
  return defined(masking);
}

/** The original compared its switches with True. */
function isTrue(value: unknown): boolean {
  return value === true || value === 1;
}
