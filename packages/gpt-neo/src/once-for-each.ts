/**
 * Makes what a key names when it is first asked for; what could not be made is tried again.
 *
 * @param made what there is, by its key as JSON
 */
export function onceForEach<All>(
  made: Map<string, Promise<All>> = new Map(),
): <T extends All>(key: unknown, make: () => Promise<T>) => Promise<T> {
  return <T extends All>(key: unknown, make: () => Promise<T>) => {
    const name = JSON.stringify(key);
    const known = made.get(name);
    if (known) return known as Promise<T>;
    const fresh = make();
    made.set(name, fresh);
    fresh.catch(() => made.delete(name));
    return fresh;
  };
}
