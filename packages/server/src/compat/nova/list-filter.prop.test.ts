// The filter by tag selects exactly the servers that are, or are not, tagged, whatever else the query asks for.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filterByTag, onlyTagged, readFilter } from './list-filter.ts'

const tag = fc.constantFrom('a', 'b', 'c', 'preemptible', 'x&y', 'é')
const tags = fc.uniqueArray(tag, { maxLength: 4 })
const other = fc.constantFrom('limit=3', 'name=a%20b', 'marker=', 'flag', 'sort_key=x&sort_key=y', 'a=%zz')

/** What nova's four filters by tag mean (nova/db/main/api.py, instance_get_all_by_filters_sort). */
function matches(query: string, own: readonly string[]): boolean {
  const parameters = new URLSearchParams(query)
  const list = (name: string) => parameters.get(name)?.split(',')
  const has = (each: string) => own.includes(each)
  return (
    (list('tags')?.every(has) ?? true) &&
    (list('tags-any')?.some(has) ?? true) &&
    !(list('not-tags')?.every(has) ?? false) &&
    !(list('not-tags-any')?.some(has) ?? false)
  )
}

describe('filterByTag', () => {
  it('adds one condition and loses none', () => {
    const filters = ['tags', 'tags-any', 'not-tags', 'not-tags-any'] as const
    const given = fc.record(Object.fromEntries(filters.map((name) => [name, fc.option(tags, { nil: undefined })])))
    fc.assert(
      fc.property(given, fc.array(other), fc.boolean(), tags, (wanted, others, preemptible, own) => {
        const query = [
          ...others,
          ...Object.entries(wanted)
            .filter(([, list]) => list !== undefined && list.length > 0)
            .map(([name, list]) => `${name}=${(list as string[]).map(encodeURIComponent).join(',')}`),
        ].join('&')
        const filtered = filterByTag(`${query}&preemptible=${preemptible}`, preemptible)
        expect(matches(filtered, own)).toBe(matches(query, own) && own.includes('preemptible') === preemptible)
        expect(readFilter(filtered)).toBeUndefined()
        for (const each of others) expect(filtered).toContain(each)
        expect(matches(onlyTagged(filtered), own)).toBe(own.includes('preemptible'))
      }),
    )
  })
})
