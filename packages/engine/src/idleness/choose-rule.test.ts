import { type InstanceState, type Rule, startStates } from '@gleaner/model'
import { anInstance, aRule } from '@gleaner/testkit'
import { expect, test } from 'vitest'
import { chooseRules, orderRules } from './choose-rule.ts'

function choose(state: InstanceState, rules: readonly Rule[], unsupported: readonly string[] = []) {
  const all = rules.map((_, index) => index)
  const { chosen, aside } = chooseRules(anInstance({ state }), all, {
    rules,
    order: orderRules(rules),
    suits: ({ action }, instance) => {
      if (unsupported.includes(action)) return 'action-unsupported'
      return startStates[action].includes(instance.state) ? 'suitable' : 'state-not-suitable'
    },
  })
  return {
    chosen: chosen.map((index) => rules[index]?.name),
    aside: Object.fromEntries(aside.map(({ rule, why }) => [rules[rule]?.name, why])),
  }
}

const suspend = aRule({ name: 'suspend', action: 'suspend' })
const shelve = aRule({ name: 'shelve', action: 'shelve' })
const resume = aRule({ name: 'resume', action: 'resume' })
const tell = aRule({ name: 'tell', action: 'notify' })

test('the highest priority wins', () => {
  const low = aRule({ ...suspend, name: 'low', action: 'pause', priority: 1 })
  expect(choose('running', [low, suspend])).toEqual({ chosen: ['suspend'], aside: { low: 'outranked' } })
})

test('among equal priorities giving back goes first, then the severer action, then the name', () => {
  expect(choose('running', [suspend, shelve]).chosen).toEqual(['shelve'])
  expect(choose('suspended', [shelve, resume]).chosen).toEqual(['resume'])
  expect(choose('running', [aRule({ ...suspend, name: 'b' }), aRule({ ...suspend, name: 'a' })]).chosen).toEqual(['a'])
})

test('a rule that is content lets nobody below it pull the other way', () => {
  const office = aRule({ ...resume, name: 'office-hours', priority: 200 })
  expect(choose('running', [office, suspend])).toEqual({
    chosen: [],
    aside: { 'office-hours': 'already-there', suspend: 'outranked' },
  })
  expect(choose('suspended', [aRule({ ...suspend, priority: 200 }), resume]).chosen).toEqual([])
})

test('a rule that is content lets an escalation below it pass', () => {
  expect(choose('suspended', [aRule({ ...suspend, priority: 200 }), shelve])).toEqual({
    chosen: ['shelve'],
    aside: { suspend: 'already-there' },
  })
})

test('a rule that is content has no say over the ones above it', () => {
  expect(choose('running', [suspend, aRule({ ...resume, priority: 1 })]).chosen).toEqual(['suspend'])
})

test('a rule that cannot be done gives way', () => {
  const first = aRule({ ...shelve, priority: 200 })
  expect(choose('running', [first, suspend], ['shelve'])).toEqual({
    chosen: ['suspend'],
    aside: { shelve: 'action-unsupported' },
  })
  expect(choose('stopped', [suspend, aRule({ name: 'start', action: 'start', priority: 1 })])).toEqual({
    chosen: ['start'],
    aside: { suspend: 'state-not-suitable' },
  })
})

test('a rule on trial changes nothing for the others and is recorded beside them', () => {
  const trial = aRule({ ...shelve, name: 'trial', mode: 'observe', priority: 900 })
  expect(choose('running', [trial, suspend]).chosen).toEqual(['suspend', 'trial'])
  const same = aRule({ ...suspend, name: 'same', mode: 'observe', priority: 900 })
  expect(choose('running', [same, suspend])).toEqual({ chosen: ['suspend'], aside: { same: 'outranked' } })
})

test('a notice excludes nothing', () => {
  expect(choose('running', [aRule({ ...tell, priority: 900 }), suspend]).chosen).toEqual(['suspend', 'tell'])
})

test('a rule that is off takes no part', () => {
  expect(choose('running', [aRule({ ...suspend, mode: 'off' })])).toEqual({
    chosen: [],
    aside: { suspend: 'mode-off' },
  })
})
