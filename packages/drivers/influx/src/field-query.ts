// What is asked of InfluxDB: the points of one field of a measurement, of the series that fulfil conditions on their tags.

export interface FieldQuery {
  readonly measurement: string
  readonly field: string
  readonly where: readonly TagCondition[]
}

export interface TagCondition {
  readonly tag: string
  readonly isNot: boolean
  readonly text: string
  /** The text is a regular expression. */
  readonly isPattern: boolean
}

/** `text`, `/pattern/`, and each with a ! before it. */
export function tagCondition(tag: string, written: string): TagCondition {
  const isNot = written.startsWith('!')
  const text = isNot ? written.slice(1) : written
  const isPattern = text.length > 2 && text.startsWith('/') && text.endsWith('/')
  return { tag, isNot, text: isPattern ? text.slice(1, -1) : text, isPattern }
}
