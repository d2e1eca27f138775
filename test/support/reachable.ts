/** Every object that can be reached from a value: what it keeps alive. */
export function reachableFrom(...values: readonly unknown[]): ReadonlySet<object> {
  const reached = new Set<object>();
  const waiting: unknown[] = [...values];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value !== 'object' || value === null || reached.has(value)) continue;
    reached.add(value);
    for (const inner of Object.values(value)) waiting.push(inner);
  }
  return reached;
}

/** What a step had to make: objects of `after` that are not part of `before`, and their fields and slots. */
export function madeBy(before: unknown, after: unknown): { objects: number; slots: number } {
  const old = reachableFrom(before);
  let objects = 0;
  let slots = 0;
  for (const value of reachableFrom(after)) {
    if (old.has(value)) continue;
    objects += 1;
    slots += Object.keys(value).length;
  }
  return { objects, slots };
}
