// The text of a json column. What JSON can write but PostgreSQL cannot hold in text (NUL, and halves of surrogate pairs that
// a hostile name may contain) becomes the replacement character, as it does in text columns.

const unstorable = /\\u0000|\\ud[89a-f]/

export function toJson(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null'
  return unstorable.test(text) ? JSON.stringify(storable(JSON.parse(text))) : text
}

function storable(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value)
  if (Array.isArray(value)) return value.map(storable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [storableText(name), storable(inner)]))
}

function storableText(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8').replaceAll('\0', '\uFFFD')
}
