// Fields that are there only when they are known: `...only('host', name)` adds nothing when the name is undefined, and
// a number that was not measured (NaN) counts as unknown, since JSON has no word for it.

export function only<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  if (value === undefined || (typeof value === 'number' && !Number.isFinite(value))) return {}
  return { [key]: value } as { [P in K]?: V }
}
