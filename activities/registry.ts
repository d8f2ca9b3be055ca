/** All activities of a worker share one flat space of names. */

export function merged(...records: readonly object[]): Record<string, unknown> {
  const all: Record<string, unknown> = {};
  for (const record of records) {
    for (const [name, value] of Object.entries<unknown>({ ...record })) {
      if (name in all)
        throw new Error(`cannot register activity ${name}: there is one of that name`);
      all[name] = value;
    }
  }
  return all;
}
