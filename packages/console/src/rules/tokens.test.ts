import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tokensOf, wordBefore } from './tokens.ts'

describe('tokensOf', () => {
  it('tells names, calls, strings and numbers apart', () => {
    const kinds = tokensOf('shareBelow(cpu, 0.03, "24h") >= 0.97').map(({ kind, text }) => `${kind} ${text.trim()}`)
    expect(kinds.filter((kind) => !kind.startsWith('other'))).toEqual([
      'call shareBelow',
      'name cpu',
      'number 0.03',
      'string "24h"',
      'number 0.97',
    ])
  })

  it('loses no character of any text, and places each piece where it stands', () => {
    const part = fc.constantFrom('cpu', '(', ')', '"', "'", '\\', '\n', ' ', '0.5', 'a.b', '&&', 'é', '🌾')
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.array(part).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (source) => {
        const tokens = tokensOf(source)
        expect(tokens.map((token) => token.text).join('')).toBe(source)
        for (const { at, text: piece } of tokens) expect(source.slice(at, at + piece.length)).toBe(piece)
      }),
    )
  })
})

describe('wordBefore', () => {
  it.each([
    ['cpu', 3, 'cpu'],
    ['a && instance.me', 16, 'instance.me'],
    ['a && ', 5, ''],
    ['0.5', 3, ''],
    ['cpu < 1', 2, 'cp'],
  ])('%s at %i', (text, caret, word) => expect(wordBefore(text, caret)).toBe(word))
})
