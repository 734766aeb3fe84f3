import { expect, it } from 'vitest'
import { refusedBy } from './refused-by.ts'

it.each([
  ['kill-switch', 'Let everything go on: gleaner unpause.'],
  ['already-there', 'There is nothing to do.'],
  ['cool-down', 'Read the current state and try again.'],
] as const)('a command refused for %s is told what helps', (code, remedy) => {
  const error = refusedBy({ code, sentence: 'No.', facts: {} })
  expect([error.code, error.status, error.message, error.remedy]).toEqual(['conflict', 409, 'No.', remedy])
})
