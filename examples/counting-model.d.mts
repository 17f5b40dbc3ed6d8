/** The loss, in nats a byte, of predicting the last `held` bytes by counting what followed others. */
export function countingLoss(bytes: Uint8Array, held: number, context: number): number;
