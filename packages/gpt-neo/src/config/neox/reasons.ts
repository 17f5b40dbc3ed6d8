// Why keys of several kinds have no place here.

export const speed = "made kernels faster or memory smaller; it changes no result";
export const generation = "belongs to generation: see gpt-neo generate --help";
export const output = "logs and checkpoints go to the folder `out`";
export const machines = "started the original's processes; here `mesh` names the devices";
export const precision = "trained in 16 bits; here weights and gradients are float32";
export const experts = "belongs to mixtures of experts, which the model here does not have";
export const preference = "trains on preferences; here the loss is that of the next token";
