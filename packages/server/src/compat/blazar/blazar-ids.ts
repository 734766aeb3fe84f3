// Blazar's client takes for an id only what is a UUID; Gleaner's ids are a UUID behind a prefix.

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

export function blazarId(id: string): string {
  const cut = id.indexOf('_')
  return cut === -1 ? id : id.slice(cut + 1)
}

/** Gleaner's id of what Blazar's client calls by a UUID; anything else is left as it is. */
export function gleanerId(prefix: 'lea' | 'res', id: string): string {
  return uuid.test(id) ? `${prefix}_${id}` : id
}
