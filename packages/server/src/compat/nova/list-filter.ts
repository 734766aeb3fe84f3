// The list filter `preemptible=true|false`, which nova does not know, as nova's filters by tag. Everything else in the
// query stays as it came. A firm server is one that has not the tag: `not-tags-any`, because servers without any of
// several tags are also without this one, while `not-tags` means "not all of them together".
import { GleanerError, preemptibleMark, readMark } from '@gleaner/model'

const filterName = 'preemptible'

/** Undefined when the query asks for no such thing. Rejects what is neither true nor false. */
export function readFilter(query: string): boolean | undefined {
  const values = parametersOf(query)
    .filter(({ name }) => name === filterName)
    .map(({ value }) => value)
  const [first] = values
  if (first === undefined) return undefined
  const wanted = readMark(first)
  if (wanted === undefined || values.some((value) => readMark(value) !== wanted)) {
    const detail = `The filter "${filterName}" is ${values.map((value) => JSON.stringify(value)).join(' and ')}, not true or false`
    throw new GleanerError('front-request-invalid', { detail: detail.slice(0, 200) })
  }
  return wanted
}

export function filterByTag(query: string, preemptible: boolean): string {
  const filter = preemptible ? 'tags' : 'not-tags-any'
  const all = parametersOf(query)
  const tags = all.filter(({ name }) => name === filter).flatMap(({ value }) => value.split(','))
  const others = all.filter(({ name }) => name !== filter && name !== filterName).map(({ raw }) => raw)
  const joined = [...new Set([...tags.filter((tag) => tag !== ''), preemptibleMark.tag])].map(encodeURIComponent)
  return [...others, `${filter}=${joined.join(',')}`].join('&')
}

/** The query without the filters by tag, asking for the servers that have the tag. */
export function onlyTagged(query: string): string {
  const others = parametersOf(query).filter(({ name }) => !/^(?:not-)?tags(?:-any)?$/.test(name))
  return [...others.map(({ raw }) => raw), `tags=${preemptibleMark.tag}`].join('&')
}

/** A link to the next page keeps the filter, so that it asks the same when it comes back. */
export function withFilter(href: string, preemptible: boolean): string {
  return `${href}${href.includes('?') ? '&' : '?'}${filterName}=${preemptible}`
}

interface Parameter {
  readonly raw: string
  readonly name: string
  readonly value: string
}

function parametersOf(query: string): Parameter[] {
  return query
    .split('&')
    .filter((raw) => raw !== '')
    .map((raw) => {
      const [[name, value] = ['', '']] = new URLSearchParams(raw)
      return { raw, name, value }
    })
}
