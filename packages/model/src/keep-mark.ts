// How an owner says on the instance itself, without any tool of Gleaner, that it is to be kept as it is until a time.

/** A tag "gleaner-keep-until=2026-12-24", or metadata and attributes of these names where the cloud has such. */
export const keepMark = {
  tag: 'gleaner-keep-until',
  property: 'gleaner_keep_until',
  attribute: 'GLEANER_KEEP_UNTIL',
} as const

/** The tag that stands for a property's value. */
export function keepTag(value: string): string {
  return `${keepMark.tag}=${value.trim()}`
}
