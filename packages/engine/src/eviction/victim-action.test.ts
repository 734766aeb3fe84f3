// What is done to a victim: the gentlest that gives back what is needed, never delete by itself.
import { actionKinds, type ActionKind, type GivesBack, type VictimAction } from '@gleaner/model'
import { testCloud } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { indexSupports } from '../ledger/action-support.ts'
import { victimAction } from './victim-action.ts'

const gives = (part: Partial<GivesBack>): GivesBack => ({
  physicalCores: false,
  physicalMemory: false,
  sellable: false,
  ...part,
})
const all = gives({ physicalCores: true, physicalMemory: true, sellable: true })

function chosen(wanted: VictimAction, table: Partial<Record<ActionKind, GivesBack>>, sells = true) {
  const actions = actionKinds.flatMap((action) => {
    const givesBack = table[action]
    return givesBack === undefined ? [] : [{ action, givesBack }]
  })
  const supports = indexSupports([{ id: testCloud, actions, ratioControl: {}, hostControl: {} }])
  return victimAction(wanted, { cloud: 'test', support: supports.get(testCloud), sells })
}

describe('the gentlest action', () => {
  it('is the first of suspend, stop and shelve that gives back what can be sold', () => {
    expect(chosen('gentlest', { suspend: all, stop: all, shelve: all }).action).toBe('suspend')
    expect(chosen('gentlest', { suspend: gives({ physicalMemory: true }), stop: all, shelve: all }).action).toBe('stop')
    expect(chosen('gentlest', { shelve: all, delete: all }).action).toBe('shelve')
  })

  it('is never to delete: what would is told', () => {
    expect(chosen('gentlest', { suspend: gives({}), delete: all })).toEqual({
      action: undefined,
      refusal: {
        code: 'frees-nothing',
        sentence: 'On test no action short of delete gives back what its scheduler can sell. These would: delete.',
        facts: { action: 'gentlest', cloud: 'test', wouldFree: 'delete' },
      },
    })
  })

  it('gives back cores and memory both where nothing is sold', () => {
    const physical = gives({ physicalCores: true, physicalMemory: true })
    const table = { suspend: gives({ physicalCores: true }), stop: gives({ physicalMemory: true }), shelve: physical }
    expect(chosen('gentlest', table, false).action).toBe('shelve')
    expect(chosen('gentlest', table, true).action).toBeUndefined()
    expect(chosen('gentlest', { stop: gives({ sellable: true }) }, false).refusal?.sentence).toBe(
      'On test no action short of delete gives back cores and memory. Nothing it knows does.',
    )
  })
})

describe('an action that is set', () => {
  it('is taken as it is when it gives back what is needed, delete included', () => {
    expect(chosen('stop', { suspend: all, stop: all })).toEqual({ action: 'stop', refusal: undefined })
    expect(chosen('delete', { suspend: all, delete: all }).action).toBe('delete')
  })

  it('is not replaced by another one: what would do is told', () => {
    expect(chosen('suspend', { suspend: gives({}), stop: all, shelve: all, delete: all }).refusal).toEqual({
      code: 'frees-nothing',
      sentence: 'On test suspend does not give back what its scheduler can sell. These would: stop, shelve, delete.',
      facts: { action: 'suspend', cloud: 'test', wouldFree: 'stop, shelve, delete' },
    })
  })

  it('is none on a cloud of which nothing is known', () => {
    const known = { cloud: 'test', support: undefined, sells: true }
    expect(victimAction('stop', known).refusal?.sentence).toBe(
      'On test stop does not give back what its scheduler can sell. Nothing it knows does.',
    )
    expect(victimAction('gentlest', known).action).toBeUndefined()
  })
})
