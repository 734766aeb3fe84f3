// The place of a fault in JSON: there is one exactly where JSON.parse refuses.
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { jsonFault } from './json-fault.ts'

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
