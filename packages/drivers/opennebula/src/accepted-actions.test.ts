// An accepted action that came to nothing must be noticed, whatever OpenNebula says of it, and no other.
import { cloudId, instanceId } from '@gleaner/model'
import { beforeEach, describe, expect, it } from 'vitest'
import { AcceptedActions, type Seen } from './accepted-actions.ts'

const id = instanceId(cloudId('one'), '9')
let actions: AcceptedActions

beforeEach(() => {
  actions = new AcceptedActions()
  actions.accept(id, 'suspend', { error: undefined, nowMs: 0 })
})

const seen = (state: Seen['state'], nowMs: number, error?: string) =>
  actions.fault(id, { state, word: state === 'running' ? 'RUNNING' : 'ANOTHER', error, nowMs })

describe('a suspend', () => {
  it('that was seen saving and runs again has failed, with no reason to tell', () => {
    expect(seen('suspending', 1000)).toBeUndefined()
    expect(seen('running', 2000)).toBe('OpenNebula took suspend and the instance is RUNNING again; it gives no reason')
    expect(seen('running', 9000)).toBeDefined()
  })

  it('that failed too fast to be seen has failed when it should have begun', () => {
    expect(seen('running', 100)).toBeUndefined()
    expect(seen('running', 29_999)).toBeUndefined()
    expect(seen('running', 30_000)).toMatch(/RUNNING still/)
  })

  it('that was reached is over: what happens afterwards is somebody else’s doing', () => {
    expect(seen('suspending', 1000)).toBeUndefined()
    expect(seen('suspended', 2000)).toBeUndefined()
    expect(seen('running', 60_000)).toBeUndefined()
  })

  it('that takes long is only slow', () => {
    expect(seen('suspending', 3_600_000)).toBeUndefined()
  })

  it('is forgotten for the next action, and with the instance', () => {
    seen('suspending', 1000)
    actions.accept(id, 'stop', { error: undefined, nowMs: 2000 })
    expect(seen('running', 3000)).toBeUndefined()
    seen('stopping', 4000)
    actions.keepOnly(new Set())
    expect(seen('running', 60_000)).toBeUndefined()
  })
})

describe('the error attribute', () => {
  it('is told when it is new, and not when it was there before', () => {
    actions.accept(id, 'suspend', { error: 'old', nowMs: 0 })
    seen('suspending', 1000, 'old')
    expect(seen('running', 2000, 'old')).toContain('no reason')
    expect(seen('running', 2000, 'disk full')).toContain('disk full')
  })

  it('is told with the state of an instance that failed, whoever made it', () => {
    const other = instanceId(cloudId('one'), '14')
    const fault = actions.fault(other, { state: 'error', word: 'BOOT_FAILURE', error: 'DEPLOY', nowMs: 0 })
    expect(fault).toBe('BOOT_FAILURE: DEPLOY')
  })
})
