import type { InstanceState, RuleDefinition } from '@gleaner/model'
import { expect, it } from 'vitest'
import { resolveMatches } from './resolve-matches.ts'
import { testRule } from './testing/rule-world.ts'

const rule = (name: string, overrides: Partial<RuleDefinition>) => testRule('true', { name, ...overrides }).definition
const resolve = (state: InstanceState, rules: readonly RuleDefinition[]) =>
  resolveMatches(
    { state },
    rules.map((_, index) => index),
    rules,
  ).map(
    ({ rule: index, standing, code, outrankedBy }) =>
      `${rules[index]?.name} ${standing} ${code}${outrankedBy === undefined ? '' : ` by ${rules[outrankedBy]?.name}`}`,
  )

it('the higher priority wins, whatever the action', () => {
  const rules = [rule('a', { action: 'shelve', priority: 10 }), rule('b', { action: 'notify', priority: 20 })]
  expect(resolve('running', rules)).toEqual(['b chosen rule-matched', 'a set-aside outranked by b'])
})

it('at equal priority the severer wins, so that escalations work as written', () => {
  const rules = [rule('a', { action: 'notify' }), rule('b', { action: 'suspend' }), rule('c', { action: 'shelve' })]
  expect(resolve('running', rules)).toEqual([
    'c chosen rule-matched',
    'b set-aside outranked by c',
    'a set-aside outranked by c',
  ])
})

it('at equal priority what gives back goes before what takes away', () => {
  const rules = [rule('a', { action: 'shelve' }), rule('b', { action: 'start' })]
  expect(resolve('stopped', rules)[0]).toBe('b chosen rule-matched')
})

it('an action that cannot begin does not stand in the way', () => {
  const rules = [
    rule('a', { action: 'resume', priority: 900 }),
    rule('b', { action: 'stop', priority: 500 }),
    rule('c', { action: 'shelve' }),
  ]
  expect(resolve('stopped', rules)).toEqual([
    'a set-aside state-not-suitable',
    'b set-aside already-there',
    'c chosen rule-matched',
  ])
})

it('rules that observe never outrank rules that act', () => {
  const rules = [
    rule('a', { action: 'stop', priority: 900, mode: 'observe' }),
    rule('b', { action: 'suspend', priority: 1, mode: 'advise' }),
    rule('c', { action: 'pause', priority: 800, mode: 'observe' }),
  ]
  expect(resolve('running', rules)).toEqual([
    'a observed rule-matched',
    'c set-aside outranked by a',
    'b chosen rule-matched',
  ])
})

it('names decide between equals, so that the order of the rules does not matter', () => {
  const rules = [rule('b', {}), rule('a', {})]
  expect(resolve('running', rules)).toEqual(['a chosen rule-matched', 'b set-aside outranked by a'])
  expect(resolve('running', [...rules].reverse())).toEqual(resolve('running', rules))
})
