/** What vite makes of a file that is asked for by its address. */
declare module "*?url" {
  const address: string;
  export default address;
}

declare module "*/counting-model.mjs" {
  /** The loss, in nats a byte, of predicting the last `held` bytes by counting what followed others. */
  export function countingLoss(bytes: Uint8Array, held: number, context: number): number;
}
