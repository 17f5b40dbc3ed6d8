import { afterAll, expect } from "vitest";

/**
 * A check that results are as near to what is expected as they may be; it prints how near when all
 * tests of the file are done.
 */
export function agreement(
  title: string,
): (name: string, found: ReadonlyMap<string, number>) => void {
  const worst = new Map<string, number>();
  afterAll(() => {
    const rows = [...worst].map(([name, ratio]) => `  ${ratio.toFixed(3)}  ${name}`);
    console.log(
      `${title}: the largest differences, as parts of what is allowed\n${rows.join("\n")}`,
    );
  });
  return (name, found) => {
    const [path, most] = [...found].reduce((a, b) => (b[1] <= a[1] ? a : b));
    worst.set(`${name} (${path})`, most);
    expect(Object.fromEntries([...found].filter(([, ratio]) => !(ratio <= 1)))).toEqual({});
  };
}
