import { actionKinds, instanceStates, isReclaiming, movingState, startStates, targetState } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { callsFor, supportedActions } from './actions.ts'

describe('what actions give back', () => {
  it('is nothing that nova can sell, but for shelve and delete', () => {
    const sellable = supportedActions.filter(({ givesBack }) => givesBack.sellable).map(({ action }) => action)
    expect(sellable).toEqual(['shelve', 'delete'])
  })

  it('is at least cores for whatever takes something away', () => {
    for (const { action, givesBack } of supportedActions) expect(givesBack.physicalCores).toBe(isReclaiming(action))
  })
})

describe('the calls of an action', () => {
  it.each([
    ['pause', 'running', 'active', ['pause']],
    ['suspend', 'running', 'active', ['suspend']],
    ['suspend', 'paused', 'paused', ['unpause', 'suspend']],
    ['stop', 'running', 'active', ['os-stop']],
    ['stop', 'paused', 'paused', ['unpause', 'os-stop']],
    ['shelve', 'running', 'active', ['shelve']],
    ['shelve', 'suspended', 'suspended', ['shelve']],
    ['shelve', 'stopped', 'shelved', ['shelveOffload']],
    ['resume', 'paused', 'paused', ['unpause']],
    ['resume', 'suspended', 'suspended', ['resume']],
    ['start', 'stopped', 'stopped', ['os-start']],
    ['start', 'stopped', 'shelved', ['unshelve']],
    ['start', 'shelved', 'shelved_offloaded', ['unshelve']],
    ['delete', 'error', 'error', ['forceDelete']],
  ] as const)('%s of a server that is %s (%s)', (action, state, vmState, names) => {
    expect(callsFor(action, { state, vmState })?.map((call) => Object.keys(call)[0])).toEqual(names)
  })

  it('are none where it is done or under way, and refused where it cannot begin', () => {
    for (const action of actionKinds) {
      for (const state of instanceStates) {
        const calls = callsFor(action, { state, vmState: undefined })
        if (state === targetState[action] || state === movingState[action]) expect(calls).toEqual([])
        else if (!startStates[action].includes(state)) expect(calls).toBeUndefined()
      }
    }
  })
})
