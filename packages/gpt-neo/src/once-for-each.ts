/** Makes what a key names when it is first asked for; what could not be made is tried again. */
export function onceForEach(): <T>(key: unknown, make: () => Promise<T>) => Promise<T> {
  const made = new Map<string, Promise<unknown>>();
  return <T>(key: unknown, make: () => Promise<T>) => {
    const name = JSON.stringify(key);
    const known = made.get(name);
    if (known) return known as Promise<T>;
    const fresh = make();
    made.set(name, fresh);
    fresh.catch(() => made.delete(name));
    return fresh;
  };
}
