import { cloudId } from '@gleaner/model'
import { JsonReader, type NovaServer, readServer } from '@gleaner/wire-openstack'
import { describe, expect, it } from 'vitest'
import { toInstance } from './instance-reading.ts'
import { recorded } from './testing/recorded.ts'

const cloud = cloudId('lab')
const nowMs = Date.UTC(2026, 11, 1)

function read(name: string): NovaServer {
  return readServer(new JsonReader(recorded<{ server: never }>(name).body.server, name))
}
const server = read('server-active')
const instance = (change: Partial<NovaServer> = {}) => toInstance(cloud, { ...server, ...change }, nowMs)
const flavor = (change: Partial<NovaServer['flavor']>) => instance({ flavor: { ...server.flavor, ...change } })

describe('an instance', () => {
  it('is what the real nova showed', () => {
    expect(instance()).toEqual({
      id: `lab:${server.id}`,
      cloudId: 'lab',
      name: 'recorded',
      projectId: `lab:${server.projectId}`,
      hostId: expect.stringMatching(/^lab:compute-\d+$/),
      flavor: 'small',
      state: 'running',
      stateSinceMs: undefined,
      vcpus: 1,
      memoryMiB: 2048,
      diskGiB: 10,
      createdAtMs: server.createdAtMs,
      firmness: 'preemptible',
      tags: ['preemptible'],
      protectedBy: undefined,
    })
  })

  it.each([
    ['server-suspended', 'suspended', true],
    ['server-shelved', 'shelved', false],
    ['server-no-valid-host', 'error', false],
  ] as const)('recorded as %s is %s', (name, state, isPlaced) => {
    const found = toInstance(cloud, read(name), nowMs)
    expect(found?.state).toBe(state)
    expect(found?.hostId !== undefined).toBe(isPlaced)
  })

  it('is preemptible by tag, metadata or flavor', () => {
    const plain = { tags: [] }
    expect(instance(plain)?.firmness).toBe('firm')
    expect(instance({ ...plain, metadata: { preemptible: 'True' } })?.firmness).toBe('preemptible')
    expect(instance({ ...plain, metadata: { preemptible: 'false' } })?.firmness).toBe('firm')
    const extraSpecs = { 'gleaner:preemptible': 'true' }
    expect(instance({ ...plain, flavor: { ...server.flavor, extraSpecs } })?.firmness).toBe('preemptible')
  })

  it.each<[Partial<NovaServer>, string | undefined]>([
    [{ isLocked: true }, 'a lock in nova'],
    [{ isLocked: true, lockedReason: 'exam' }, 'a lock in nova: exam'],
    [{ tags: ['gleaner-protected'] }, 'the tag gleaner-protected'],
    [{ metadata: { gleaner_protected: 'yes' } }, 'the metadata gleaner_protected'],
    [{ metadata: { gleaner_protected: 'by Ada until May' } }, 'by Ada until May'],
    [{ metadata: { gleaner_protected: 'no' } }, undefined],
    [{ metadata: { gleaner_protected: ' ' } }, undefined],
  ])('with %j is protected by %s', (change, protectedBy) => {
    expect(instance(change)?.protectedBy).toBe(protectedBy)
  })

  it('holds local disk for what is not on a volume', () => {
    expect(flavor({ rootGiB: 10, ephemeralGiB: 5, swapMiB: 2048 })?.diskGiB).toBe(17)
    expect(instance({ isBootedFromVolume: true })?.diskGiB).toBe(0)
  })

  it('was not made in the future, whatever the cloud’s clock says', () => {
    expect(instance({ createdAtMs: nowMs + 3_600_000 })?.createdAtMs).toBe(nowMs)
  })

  it('without a name is called by its id', () => {
    expect(instance({ name: '' })?.name).toBe(server.id)
  })

  it('has the tags that nova has, and what its metadata says of keeping it', () => {
    expect(instance({ tags: ['web'] })?.tags).toEqual(['web'])
    expect(instance({ tags: ['web'], metadata: { gleaner_keep_until: ' 2026-12-24 ' } })?.tags).toEqual([
      'web',
      'gleaner-keep-until=2026-12-24',
    ])
    expect(instance({ tags: [], metadata: { gleaner_keep_until: '' } })?.tags).toEqual([])
  })

  it('that is deleted, or waits to be, is none', () => {
    expect(instance({ vmState: 'deleted' })).toBeUndefined()
    expect(instance({ vmState: 'soft-delete' })).toBeUndefined()
  })
})
