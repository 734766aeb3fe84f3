// Which labels of a series tell whose it is, and which of them tell its parts.
import type { Labels } from './series-sink.ts'

export interface SeriesNaming {
  readonly of: 'host' | 'instance'
  /** Labels that hold the id, the name, the host; of several the first that is there. */
  readonly id: readonly string[]
  readonly name: readonly string[]
  readonly host: readonly string[]
  /** Labels of the parts that are added up. */
  readonly sum: readonly string[]
  /** The name has lost its hyphens on its way. */
  readonly withoutHyphens?: boolean
  /** The name stands in that of the series, behind `before` and before one of `after`, and has lost its hyphens there. */
  readonly within?: { readonly before: string; readonly after: readonly string[] }
}

export interface NamedSeries {
  readonly of: 'host' | 'instance'
  readonly id?: string
  readonly name?: string
  readonly host?: string
  readonly withoutHyphens?: boolean
}

/** Undefined when the labels name nothing. `aliases`: what a name or a host is called here. */
export function nameSeries(
  labels: Labels,
  naming: SeriesNaming,
  aliases: ReadonlyMap<string, string>,
): NamedSeries | undefined {
  const first = (names: readonly string[]) =>
    names.map((name) => labels[name]).find((text) => text !== undefined && text !== '')
  const known = (text: string | undefined) => (text === undefined ? undefined : (aliases.get(text) ?? text))
  const id = first(naming.id)
  const within = naming.within === undefined ? undefined : nameWithin(labels['__name__'] ?? '', naming.within)
  const written = within ?? first(naming.name)
  const name = known(written)
  // An alias is the whole name.
  const isSqueezed = (within !== undefined || naming.withoutHyphens === true) && name !== undefined && name === written
  const host = known(first(naming.host))
  if (id === undefined && name === undefined) return undefined
  return {
    of: naming.of,
    ...(id === undefined ? {} : { id }),
    ...(name === undefined ? {} : { name }),
    ...(host === undefined ? {} : { host }),
    ...(isSqueezed ? { withoutHyphens: true } : {}),
  }
}

/** What tells one part of a subject from another. */
export function partOf(labels: Labels, naming: SeriesNaming): string {
  return naming.sum.map((label) => labels[label] ?? '').join('\n')
}

function nameWithin(series: string, { before, after }: NonNullable<SeriesNaming['within']>): string | undefined {
  const end = after.find((each) => series.endsWith(each))
  if (end === undefined || !series.startsWith(before) || series.length <= before.length + end.length) return undefined
  return series.slice(before.length, -end.length)
}
