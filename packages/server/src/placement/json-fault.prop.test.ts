// The place of a fault in JSON: there is one exactly where JSON.parse refuses.
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { doubledKeys, jsonFault } from './json-fault.ts'

const mark = fc.constantFrom(
  '',
  ' ',
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '0',
  '-',
  '.',
  'e',
  'null',
  'tru',
  'NaN',
  '\n',
  '\u0001',
)
const spoilt = fc
  .tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.nat({ max: 3 }), mark)
  .map(([text, at, length, other]) => {
    const from = text.length === 0 ? 0 : at % text.length
    return text.slice(0, from) + other + text.slice(from + length)
  })

const isJson = (text: string) => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

it('is found in exactly the texts that JSON.parse refuses', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), spoilt), (text) => {
      expect(jsonFault(text) === undefined, text).toBe(isJson(text))
    }),
    { numRuns: 5000 },
  )
})

it('stands within the text', () => {
  fc.assert(
    fc.property(spoilt, (text) => {
      const fault = jsonFault(text)
      if (fault === undefined) return
      expect(fault.line).toBeGreaterThanOrEqual(1)
      expect(fault.line).toBeLessThanOrEqual(text.split('\n').length)
    }),
  )
})

/** Trees of objects as lists of entries, so that a key can stand twice; and how often one does. */
type Tree = number | string | readonly Tree[] | { readonly group: readonly (readonly [string, Tree])[] }

const key = fc.constantFrom('a', 'b', '__proto__', 'ü', '"', 'a\\', '')
const { tree } = fc.letrec<{ readonly tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.integer(),
    fc.constantFrom('a', '{"a":1,"a":2}', ''),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.record({ group: fc.array(fc.tuple(key, tie('tree')), { maxLength: 5 }) }),
  ),
}))

function written(value: Tree): string {
  if (typeof value !== 'object') return JSON.stringify(value)
  if (!('group' in value)) return `[${value.map(written).join(' ,\n')}]`
  return `{ ${value.group.map(([name, inner]) => `${JSON.stringify(name)}\n:${written(inner)}`).join(',')}}`
}

function doubles(value: Tree): number {
  if (typeof value !== 'object') return 0
  if (!('group' in value)) return value.reduce<number>((sum, inner) => sum + doubles(inner), 0)
  const own = value.group.length - new Set(value.group.map(([name]) => name)).size
  return value.group.reduce((sum, [, inner]) => sum + doubles(inner), own)
}

it('every key that its object has already is found, and no other', () => {
  fc.assert(
    fc.property(tree, (value) => {
      const text = written(value)
      const found = doubledKeys(text)
      expect(found).toHaveLength(doubles(value))
      for (const { line, detail } of found) {
        const [, name = '', column = '0'] =
          /^the key (".*") is there twice in one object, at column (\d+);/.exec(detail) ?? []
        expect(text.split('\n')[line - 1]?.slice(Number(column) - 1)).toMatch(
          new RegExp(`^${name.replaceAll('\\', '\\\\')}`),
        )
      }
    }),
    { numRuns: 2000 },
  )
})
