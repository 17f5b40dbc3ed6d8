/**
 * Options as code has them, for a sentence: `` `mesh: "data:2", steps: 9` ``. Whatever the library says
 * of options it says so, between backticks; the command line has its own way to write them.
 *
 * @example
 * optionsInWords({ mesh: "data:2" }); // `mesh: "data:2"`
 */
export function optionsInWords(options: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return `\`${given.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(", ")}\``;
}
