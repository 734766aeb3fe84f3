import { actionKinds, isReclaiming, startStates, targetState, type InstanceState } from '@gleaner/model'
import { domainStates, pausedReasons, shutoffReasons } from '@gleaner/wire-libvirt'
import { describe, expect, it } from 'vitest'
import { stepsFor, supportedActions } from './actions.ts'
import { instanceState, isContradictory } from './instance-state.ts'

const states: readonly InstanceState[] = [
  'running',
  'paused',
  'suspended',
  'stopped',
  'starting',
  'suspending',
  'stopping',
  'resuming',
  'migrating',
  'error',
  'unknown',
]

describe('stepsFor', () => {
  it('begins in exactly the states the model allows, and is done where the target is reached', () => {
    for (const { action } of supportedActions) {
      for (const state of states) {
        const steps = stepsFor(action, state)
        if (state === targetState[action]) expect(steps).toEqual([])
        else if (startStates[action].includes(state)) expect(steps?.length).toBeGreaterThan(0)
        else if (steps !== undefined) expect(steps).toEqual([])
      }
    }
  })

  it('wakes a paused guest before it asks it to shut down', () => {
    expect(stepsFor('stop', 'paused')).toEqual(['continue', 'shutdown'])
  })

  it('tells of every action that lets a paused guest go on, but for the one that is there for it', () => {
    const wakes = actionKinds.filter((action) => stepsFor(action, 'paused')?.includes('continue'))
    const told = supportedActions.filter(({ wakesPaused }) => wakesPaused).map(({ action }) => action)
    expect(told).toEqual(wakes.filter((action) => action !== 'resume'))
  })

  it('restores what was saved and continues what was paused', () => {
    expect(stepsFor('resume', 'suspended')).toEqual(['restore'])
    expect(stepsFor('resume', 'paused')).toEqual(['continue'])
  })

  it('never boots over saved memory', () => {
    expect(stepsFor('start', 'suspended')).toBeUndefined()
  })
})

describe('supportedActions', () => {
  it('give back physically or nothing, and are all known to the model', () => {
    for (const { action, givesBack } of supportedActions) {
      expect(actionKinds).toContain(action)
      expect(givesBack.sellable).toBe(false)
      expect(givesBack.physicalCores || givesBack.physicalMemory).toBe(isReclaiming(action))
    }
    expect(supportedActions.find(({ action }) => action === 'pause')?.givesBack.physicalMemory).toBe(false)
  })
})

describe('instanceState', () => {
  const { running, blocked, paused, shutdown, shutoff, crashed, pmSuspended, noState } = domainStates

  it.each([
    [running, 1, false, 'running'],
    [blocked, 0, false, 'running'],
    [paused, pausedReasons.user, false, 'paused'],
    [paused, 0, false, 'paused'],
    [paused, pausedReasons.save, false, 'suspending'],
    [paused, pausedReasons.migration, false, 'migrating'],
    [paused, pausedReasons.postcopy, false, 'migrating'],
    [paused, pausedReasons.startingUp, false, 'starting'],
    [paused, pausedReasons.startingUp, true, 'resuming'],
    [paused, pausedReasons.shuttingDown, false, 'stopping'],
    [paused, pausedReasons.ioError, false, 'error'],
    [paused, pausedReasons.crashed, false, 'error'],
    [shutdown, 0, false, 'stopping'],
    [shutoff, shutoffReasons.saved, true, 'suspended'],
    [shutoff, 0, true, 'suspended'],
    [shutoff, 1, false, 'stopped'],
    [crashed, 0, false, 'error'],
    [pmSuspended, 0, false, 'paused'],
    [noState, 0, false, 'unknown'],
    [99, 0, false, 'unknown'],
  ] as const)('of state %i, reason %i, image %s is %s', (state, reason, hasSavedImage, expected) => {
    expect(instanceState({ state, reason, hasSavedImage })).toBe(expected)
  })

  it('notices that it was saved and the image is not there', () => {
    expect(isContradictory({ state: shutoff, reason: shutoffReasons.saved, hasSavedImage: false })).toBe(true)
    expect(isContradictory({ state: shutoff, reason: shutoffReasons.saved, hasSavedImage: true })).toBe(false)
  })
})
