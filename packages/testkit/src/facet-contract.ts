// The contract of the facets (cloud-facets.ts) as tests, for whichever of them a cloud has; the others are skipped and
// stay visible as skipped. It runs beside the common suite, on the same harness.
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import type { HostId, Instance, InstanceId, LeaseId } from '@gleaner/model'
import { isError } from '@gleaner/model'
import type { Cloud, LeaseFence, NewInstance, RoomClaims } from '@gleaner/ports'
import type { CloudHarness, CloudSubject, TestRunner } from './cloud-harness.ts'

type Skip = (note?: string) => void

export function facetContract(runner: TestRunner, name: string, subject: CloudSubject): void {
  const never = new AbortController().signal
  const patienceMs = subject.actionTimeMs ?? 120_000
  let keys = 0
  const newKey = () => `facets-${name}-${++keys}`

  const test = (title: string, body: (harness: CloudHarness, skip: Skip) => Promise<void>) =>
    runner.it(
      title,
      async (context) => {
        const harness = await subject.open()
        try {
          await body(harness, (note) => context.skip(note))
        } finally {
          await harness.dispose()
        }
      },
      subject.testTimeoutMs ?? 20_000,
    )

  async function until(
    harness: CloudHarness,
    id: InstanceId,
    holds: (instance: Instance) => boolean,
  ): Promise<Instance> {
    for (const endMs = harness.nowMs() + patienceMs; ; ) {
      const { instance, fault } = await harness.cloud.look(id, never)
      if (instance !== undefined && holds(instance)) return instance
      assert.ok(harness.nowMs() < endMs, `${id} is ${instance?.state ?? 'gone'} (fault: ${fault ?? 'none'})`)
      await harness.pass(250)
    }
  }

  const isRunning = ({ state }: Instance) => state === 'running'
  const gone = async (harness: CloudHarness, id: InstanceId) => {
    for (const endMs = harness.nowMs() + patienceMs; (await harness.cloud.look(id, never)).instance !== undefined; ) {
      assert.ok(harness.nowMs() < endMs, `${id} is still there`)
      await harness.pass(250)
    }
  }
  const end = async (harness: CloudHarness, id: InstanceId) => {
    const request = { action: 'delete', instanceId: id, hostId: undefined, idempotencyKey: newKey() } as const
    await harness.cloud.act(request, never)
    await gone(harness, id)
  }

  /** A new instance of the harness's template that runs. */
  async function made(harness: CloudHarness, change: Partial<NewInstance> = {}): Promise<Instance> {
    const { cloud, newInstance } = harness
    assert.ok(cloud.creation !== undefined && newInstance !== undefined)
    const request = { ...newInstance(), idempotencyKey: newKey(), ...change }
    return until(harness, await cloud.creation.create(request, never), isRunning)
  }

  const creates = ({ cloud, newInstance }: CloudHarness) => cloud.creation !== undefined && newInstance !== undefined

  runner.describe(`cloud facets: ${name}`, () => {
    test('creation: one instance per key, as it was asked for, on the host that is named', async (harness, skip) => {
      const { cloud, newInstance } = harness
      const { creation } = cloud
      if (creation === undefined || newInstance === undefined) return skip('this cloud creates nothing')
      const first = await made(harness)
      const request = {
        ...newInstance(),
        hostId: first.hostId,
        firmness: 'preemptible',
        tags: ['facet'],
        idempotencyKey: newKey(),
      } as const
      const id = await creation.create(request, never)
      assert.equal(await creation.create(request, never), id, 'the same key made a second instance')
      const instance = await until(harness, id, isRunning)
      assert.deepEqual(
        [instance.hostId, instance.firmness, instance.projectId, instance.vcpus, instance.memoryMiB],
        [first.hostId, 'preemptible', request.projectId, request.vcpus, request.memoryMiB],
      )
      assert.ok(instance.tags.includes('facet'), `tags are ${instance.tags.join(', ')}`)
      assert.ok((await cloud.observe(never)).instances.some((each) => each.id === id))
      await end(harness, id)
      await end(harness, first.id)
    })

    test('creation: a shelved instance comes back on the host that is named', async (harness, skip) => {
      const { cloud } = harness
      if (!creates(harness) || !cloud.actions.some(({ action }) => action === 'shelve'))
        return skip('this cloud shelves nothing')
      const { id, hostId } = await made(harness)
      await cloud.act({ action: 'shelve', instanceId: id, hostId: undefined, idempotencyKey: newKey() }, never)
      const shelved = await until(harness, id, ({ state }) => state === 'shelved')
      assert.equal(shelved.hostId, undefined, 'a shelved instance is on no host')
      await cloud.creation?.place(id, hostId, never)
      const back = await until(harness, id, isRunning)
      assert.equal(back.hostId, hostId)
      await cloud.creation?.place(id, hostId, never)
      assert.equal((await cloud.look(id, never)).instance?.state, 'running', 'placed again it stays what it is')
      await end(harness, id)
    })

    test('claims: room is held, listed once, given back to whom it came from, and released', async (harness, skip) => {
      const { claims } = harness.cloud
      if (claims === undefined || !creates(harness)) return skip('this cloud holds no room')
      const instance = await made(harness)
      const { id, hostId, vcpus, memoryMiB, diskGiB } = instance
      assert.ok(hostId !== undefined)
      const claim = { claimId: newKey(), hostId, vcpus, memoryMiB, diskGiB, from: [id] }
      await claims.claim(claim, never)
      await claims.claim(claim, never)
      assert.equal(await count(claims, claim.claimId), 1)
      assert.equal((await harness.cloud.look(id, never)).instance?.state, 'running', 'it runs on without its room')
      const second = { ...claim, claimId: newKey() }
      await assert.rejects(claims.claim(second, never), (error) => isError(error, 'cloud-conflict', 'cloud-capacity'))
      await claims.giveBack(claim.claimId, [id], never)
      await claims.giveBack(claim.claimId, [id], never)
      assert.equal(await count(claims, claim.claimId), 0)
      await claims.claim(second, never)
      await end(harness, id)
      assert.equal(await count(claims, second.claimId), 1, 'the claim outlives whom it came from')
      await claims.giveBack(second.claimId, [id], never)
      assert.equal(await count(claims, second.claimId), 0)
      await claims.release(second.claimId, never)
    })

    test('hosts: closed to new instances and opened again, what runs there stays', async (harness, skip) => {
      const { cloud } = harness
      const { hostControl } = cloud
      if (hostControl === undefined || !creates(harness)) return skip('this cloud closes no hosts')
      const { id, hostId } = await made(harness)
      assert.ok(hostId !== undefined)
      const state = async () => (await cloud.observe(never)).hosts.find((host) => host.id === hostId)?.state
      await hostControl.close(hostId, 'the contract suite', never)
      await hostControl.close(hostId, 'the contract suite', never)
      assert.notEqual(await state(), 'up')
      assert.equal((await cloud.look(id, never)).instance?.state, 'running')
      await hostControl.open(hostId, never)
      await hostControl.open(hostId, never)
      assert.equal(await state(), 'up')
      await end(harness, id)
    })

    test('fences: a leased host takes those who are led there and nobody else, until the end', async (harness, skip) => {
      const { cloud, newInstance, flavorId } = harness
      const { leaseFences, creation } = cloud
      if (leaseFences === undefined || creation === undefined || newInstance === undefined || flavorId === undefined)
        return skip('this cloud fences no hosts')
      const { id, hostId, projectId, vcpus, memoryMiB, diskGiB } = await made(harness)
      assert.ok(hostId !== undefined)
      const leaseId = 'lea_01a2232f-6d9e-76fd-bb41-0eb492f898d9' as LeaseId
      const size = { vcpus, memoryMiB, diskGiB }
      const nothing = { vcpus: 0, memoryMiB: 0, diskGiB: 0 }
      const fence = { leaseId, hostId, room: undefined, open: undefined }
      const keep = async (...fences: readonly LeaseFence[]) => {
        const [state, other] = await leaseFences.keep(fences, never)
        assert.equal(other, undefined)
        assert.equal(state?.fault, undefined)
        return state
      }
      const thereIsNoRoom = () =>
        assert.rejects(
          creation.create({ ...newInstance(), hostId, idempotencyKey: newKey() }, never),
          (error) => isError(error, 'cloud-conflict', 'cloud-capacity'),
          'somebody else was let in',
        )
      // An instance that has ended may be seen as gone before its room is free: what is held grows by it once more.
      const settled = async () => {
        for (let before = await keep(fence); ; ) {
          await harness.pass(2000)
          const now = await keep(fence)
          if (isDeepStrictEqual(now, before)) return now
          before = now
        }
      }
      const raised = await settled()
      assert.ok(raised !== undefined && raised.held.memoryMiB >= memoryMiB)
      assert.deepEqual([raised.leaseId, raised.hostId, raised.free], [leaseId, hostId, nothing])
      assert.deepEqual(await keep(fence), raised, 'the same again is the same')
      assert.equal((await cloud.look(id, never)).instance?.state, 'running', 'what is there stays')
      await thereIsNoRoom()

      const flavor = await leaseFences.flavorInto({ leaseId, projectId, flavor: flavorId }, never)
      assert.equal(await leaseFences.flavorInto({ leaseId, projectId, flavor: flavorId }, never), flavor)
      const missing = { leaseId, projectId, flavor: 'there-is-none' }
      await assert.rejects(leaseFences.flavorInto(missing, never), (error) => isError(error, 'cloud-not-found'))
      const opened = await keep({ ...fence, open: size })
      assert.deepEqual(opened?.free, size)
      const inside = newInstance()
      const led = await made(harness, { ...inside, native: { ...inside.native, flavorRef: flavor } })
      assert.equal(led.hostId, hostId)
      const closed = await keep(fence)
      assert.deepEqual([closed?.free, closed?.held.memoryMiB], [nothing, raised.held.memoryMiB - memoryMiB])
      await thereIsNoRoom()

      const part = await keep({ ...fence, room: size })
      assert.deepEqual(part?.held, size, 'no more than was asked for')
      assert.deepEqual(await leaseFences.keep([], never), [])
      const ordinary = await made(harness, { hostId })
      const afterwards = { ...newInstance(), idempotencyKey: newKey() }
      await assert.rejects(
        creation.create({ ...afterwards, native: { ...afterwards.native, flavorRef: flavor } }, never),
        'its flavor ends with the lease',
      )
      for (const each of [id, led.id, ordinary.id]) await end(harness, each)
    })

    test('ratios: in force when the call has ended', async (harness, skip) => {
      const { ratioControl } = harness.cloud
      if (ratioControl === undefined) return skip('this cloud has no ratios')
      const host = (await harness.cloud.observe(never)).hosts.find(
        ({ state, kind }) => state === 'up' && kind === 'hypervisor',
      )
      assert.ok(host?.coreRatio !== undefined)
      const now = async () => (await harness.cloud.observe(never)).hosts.find(({ id }) => id === host.id)
      await ratioControl.setRatios(host.id, { coreRatio: host.coreRatio + 0.5 }, never)
      const changed = await now()
      assert.deepEqual([changed?.coreRatio, changed?.memoryRatio], [host.coreRatio + 0.5, host.memoryRatio])
      assert.equal(await ratioControl.overridden(host.id, never), undefined)
      await ratioControl.setRatios(host.id, { coreRatio: host.coreRatio }, never)
      assert.equal((await now())?.coreRatio, host.coreRatio)
    })

    test('labels: tags come and go, and make an instance preemptible', async (harness, skip) => {
      const { labels } = harness.cloud
      if (labels === undefined || !creates(harness)) return skip('this cloud has no labels')
      const { id } = await made(harness)
      await labels.setMetadata(id, { 'gleaner-note': 'one', 'gleaner-other': 'two' }, never)
      await labels.setMetadata(id, { 'gleaner-note': undefined, 'gleaner-absent': undefined }, never)
      await labels.setTags(id, { add: ['facet', 'preemptible'] }, never)
      await labels.setTags(id, { add: ['facet'], remove: ['absent'] }, never)
      const { instance } = await harness.cloud.look(id, never)
      assert.equal(instance?.firmness, 'preemptible')
      assert.equal(instance?.tags.filter((tag) => tag === 'facet').length, 1)
      await labels.setTags(id, { remove: ['facet', 'preemptible'] }, never)
      assert.equal((await harness.cloud.look(id, never)).instance?.firmness, 'firm')
      await end(harness, id)
    })

    test('migration: it keeps running and arrives on the host that is named', async (harness, skip) => {
      const { migration } = harness.cloud
      if (migration === undefined || !creates(harness)) return skip('this cloud migrates nothing')
      const { id, hostId } = await made(harness)
      const target = await otherHost(harness.cloud, hostId)
      if (target === undefined) return skip('this cloud has no second host that is up')
      await migration.migrate(id, target, never)
      await migration.migrate(id, target, never)
      await until(harness, id, (instance) => isRunning(instance) && instance.hostId === target)
      await migration.migrate(id, target, never)
      await end(harness, id)
    })

    test('all: what is not there is not found, what is aborted ends', async (harness, skip) => {
      const { cloud } = harness
      const id = harness.missingInstance()
      const [host] = (await cloud.observe(never)).hosts
      assert.ok(host !== undefined)
      const calls: readonly (((signal: AbortSignal) => Promise<unknown>) | undefined)[] = [
        cloud.labels && ((signal) => cloud.labels?.setMetadata(id, { a: 'b' }, signal) ?? Promise.resolve()),
        cloud.labels && ((signal) => cloud.labels?.setTags(id, { add: ['a'] }, signal) ?? Promise.resolve()),
        cloud.migration && ((signal) => cloud.migration?.migrate(id, host.id, signal) ?? Promise.resolve()),
        cloud.creation && ((signal) => cloud.creation?.place(id, undefined, signal) ?? Promise.resolve()),
      ]
      const present = calls.filter((call) => call !== undefined)
      if (present.length === 0) return skip('this cloud has no facets')
      for (const call of present) {
        await assert.rejects(call(never), (error) => isError(error, 'cloud-not-found'))
        await assert.rejects(call(AbortSignal.abort()))
      }
    })
  })
}

async function count(claims: RoomClaims, claimId: string): Promise<number> {
  const all = await claims.claims(new AbortController().signal)
  return all.filter((claim) => claim.claimId === claimId).length
}

async function otherHost(cloud: Cloud, hostId: HostId | undefined): Promise<HostId | undefined> {
  const { hosts } = await cloud.observe(new AbortController().signal)
  return hosts.find(({ id, state, kind }) => id !== hostId && state === 'up' && kind === 'hypervisor')?.id
}
