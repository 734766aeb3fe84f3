// The text of a json column. What JSON can write but PostgreSQL cannot hold in text (NUL, and halves of surrogate pairs that
// a hostile name may contain) becomes the replacement character, as it does in text columns.

const unstorable = /\\u0000|\\ud[89a-f]/

export function toJson(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null'
  return unstorable.test(text) ? (JSON.stringify(value, storableText) ?? 'null') : text
}

function storableText(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? Buffer.from(value, 'utf8').toString('utf8').replaceAll('\0', '\uFFFD') : value
}
