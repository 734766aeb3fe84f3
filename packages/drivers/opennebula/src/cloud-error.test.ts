// Every class of error keeps its kind: each recorded refusal of a real server, each XML-RPC fault, each fault on the way.
import { GleanerError } from '@gleaner/model'
import { type WireFault, XmlRpcFault, XmlRpcWireError } from '@gleaner/wire-xmlrpc'
import { describe, expect, it } from 'vitest'
import { toCloudError } from './cloud-error.ts'
import { OneError, readOneAnswer } from './parse/one-answer.ts'
import { recordedAnswer } from './testing/recorded.ts'

const signal = new AbortController().signal
const judge = (error: unknown) => {
  const found = toCloudError(error, { cloud: 'one', object: 'instance 5', signal })
  if (!(found instanceof GleanerError)) throw found
  expect(found.cause).toBe(error)
  return [found.code, found.facts['detail']]
}
const recorded = (name: string) => {
  try {
    readOneAnswer(recordedAnswer(name))
  } catch (error) {
    return judge(error)
  }
  throw new Error(`${name} is no refusal`)
}

describe('a recorded refusal', () => {
  it.each([
    ['auth-bad', 'cloud-refused', 'user or password is wrong, or the token has expired'],
    ['auth-malformed', 'cloud-refused', 'user or password is wrong, or the token has expired'],
    ['vm-5-alice-denied', 'cloud-refused', 'not authorized'],
    ['vm-5-alice-suspend-denied', 'cloud-refused', 'not authorized'],
    ['host-status-alice-denied', 'cloud-refused', 'not authorized'],
    ['vm-suspend-locked', 'cloud-refused', 'it is locked'],
    ['vm-action-nope', 'cloud-not-found', 'it is gone'],
    ['host-nope', 'cloud-not-found', 'it is gone'],
    ['vm-migrate-too-big', 'cloud-not-found', 'it is gone'],
    ['vm-suspend-again-at-once', 'cloud-conflict', 'not possible in state SAVE_SUSPEND'],
    ['vm-suspend-suspended', 'cloud-conflict', 'not possible in state SUSPENDED'],
    ['vm-resume-on-running', 'cloud-conflict', 'not possible in state RUNNING'],
    ['vm-suspend-done', 'cloud-conflict', 'not possible in state DONE'],
    ['vm-action-unknown', 'cloud-conflict', 'this OpenNebula does not know the action'],
    ['vm-migrate-offline-host', 'cloud-conflict', 'the host is offline'],
    ['vmpool-badfilter', 'cloud-broken', 'OpenNebula does not accept an argument'],
    ['host-status-bad', 'cloud-broken', 'OpenNebula reports an internal error'],
    ['vm-too-few-args', 'cloud-broken', 'XML-RPC fault -501'],
    ['vm-wrong-type', 'cloud-broken', 'XML-RPC fault -501'],
    ['no-such-method', 'cloud-broken', 'this OpenNebula does not know the call'],
  ])('%s is %s: %s', (name, code, detail) => {
    expect(recorded(name)).toEqual([code, detail])
  })
})

describe('a refusal', () => {
  it.each([
    [8192, '[one.vm.info] ', 'cloud-unavailable'],
    [8192, '', 'cloud-unavailable'],
    [16384, '[one.vm.allocate] no', 'cloud-capacity'],
    [32768, '[one.vm.action] locked', 'cloud-conflict'],
    [65536, '[one.vm.info] no leader found', 'cloud-unavailable'],
    [512, '[one.vm.action] user [2] : limit of 4 reached for RUNNING_CPU quota in VM.', 'cloud-capacity'],
    [2048, '[one.vm.action] user [2] limit of 4 reached for RUNNING_CPU quota in VM.', 'cloud-capacity'],
    [2048, '[one.vm.migrate] Not enough capacity in host 3', 'cloud-capacity'],
    [4711, 'something new', 'cloud-broken'],
  ])('%i %j is %s', (code, message, kind) => {
    expect(judge(new OneError(code, message))[0]).toBe(kind)
  })
})

describe('a fault on the way', () => {
  const kinds: Readonly<Record<WireFault, string>> = {
    unreachable: 'cloud-unavailable',
    untrusted: 'cloud-unavailable',
    disconnected: 'cloud-unavailable',
    deadline: 'cloud-unavailable',
    overloaded: 'cloud-unavailable',
    refused: 'cloud-refused',
    'too-large': 'cloud-broken',
    protocol: 'cloud-broken',
  }

  it.each(Object.entries(kinds))('%s is %s', (fault, kind) => {
    expect(judge(new XmlRpcWireError(fault as WireFault, 'x'))[0]).toBe(kind)
  })

  it('or in the code is broken, and never something to try again', () => {
    expect(judge(new XmlRpcFault(-1, 'x'))[0]).toBe('cloud-broken')
    expect(judge(new RangeError('x'))[0]).toBe('cloud-broken')
  })

  it('of a caller who gave up stays the caller’s own', () => {
    const reason = new Error('enough')
    const context = { cloud: 'one', object: 'x', signal: AbortSignal.abort(reason) }
    expect(toCloudError(reason, context)).toBe(reason)
  })
})
