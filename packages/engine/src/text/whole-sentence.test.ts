import { expect, it } from 'vitest'
import { wholeSentence } from './whole-sentence.ts'

it.each([
  ['It stays', 'It stays.'],
  ['It stays.', 'It stays.'],
  ['It stays!', 'It stays!'],
  ['It stays (no reason given)', 'It stays (no reason given).'],
])('%s', (words, sentence) => expect(wholeSentence(words)).toBe(sentence))
