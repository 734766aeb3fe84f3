import { type ErrorCode, GleanerError } from '@gleaner/model'
import { errorNumbers, LibvirtRemoteError, LibvirtWireError } from '@gleaner/wire-libvirt'
import { describe, expect, it } from 'vitest'
import { toCloudError } from './cloud-error.ts'

const context = { where: 'lab (host a)', object: 'web' }
const remote = (code: number, text = 'text') => new LibvirtRemoteError(code, 10, text)

describe('toCloudError', () => {
  it.each<readonly [unknown, ErrorCode]>([
    [new LibvirtWireError('unreachable', 'x'), 'cloud-unavailable'],
    [new LibvirtWireError('disconnected', 'x'), 'cloud-unavailable'],
    [new LibvirtWireError('deadline', 'x'), 'cloud-unavailable'],
    [new LibvirtWireError('refused', 'x'), 'cloud-refused'],
    [new LibvirtWireError('protocol', 'x'), 'cloud-broken'],
    [remote(errorNumbers.noDomain), 'cloud-not-found'],
    [remote(errorNumbers.operationInvalid), 'cloud-conflict'],
    [remote(errorNumbers.operationTimeout), 'cloud-conflict'],
    [remote(errorNumbers.accessDenied), 'cloud-refused'],
    [remote(errorNumbers.noSupport), 'cloud-refused'],
    [remote(errorNumbers.noMemory), 'cloud-capacity'],
    [remote(errorNumbers.internal, "cannot set up guest memory 'pc.ram': Cannot allocate memory"), 'cloud-capacity'],
    [remote(errorNumbers.operationFailed, 'write failed: No space left on device'), 'cloud-capacity'],
    [remote(errorNumbers.internal), 'cloud-broken'],
    [remote(12_345), 'cloud-broken'],
    [new TypeError('x'), 'cloud-broken'],
  ])('%s', (error, code) => {
    const translated = toCloudError(error, context)
    expect(translated).toBeInstanceOf(GleanerError)
    expect(translated).toMatchObject({ code, cause: error })
    expect((translated as GleanerError).message).not.toMatch(/\{\w+\}/)
  })

  it('keeps the reason of the signal that ended the call', () => {
    const signal = AbortSignal.abort(new Error('enough'))
    expect(toCloudError(signal.reason, { ...context, signal })).toBe(signal.reason)
    expect(toCloudError(new LibvirtWireError('deadline', 'x'), { ...context, signal })).toMatchObject({
      code: 'cloud-unavailable',
    })
  })
})
