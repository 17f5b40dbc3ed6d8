/** How many rounds a loop is planned for whose end nobody knows. */
const some = 16;

/** How many rounds a loop is planned for that ends when it does, after `atMost` at the latest. */
export function roundsExpected(atMost: number | undefined): number {
  return Math.min(atMost ?? some, some);
}
