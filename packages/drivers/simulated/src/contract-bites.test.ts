// The contract suite is worth something only if it fails for clouds that break the contract: each case spoils one promise
// of the simulated cloud and names a test of the suite that must notice.
import type { Inventory, SampleBatch } from '@gleaner/model'
import { instanceId } from '@gleaner/model'
import type { Cloud } from '@gleaner/ports'
import type { CloudHarness } from '@gleaner/testkit'
import { cloudContract, VirtualClock } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { SimulatedCloud } from './simulated-cloud.ts'

const never = new AbortController().signal

function harness(spoil: (cloud: SimulatedCloud) => Cloud): CloudHarness {
  const clock = new VirtualClock()
  const cloud = new SimulatedCloud({
    clock,
    seed: 7,
    hosts: 3,
    desktops: 0,
    instances: 30,
    activity: 0,
    guestMemory: true,
  })
  let used = 0
  return {
    cloud: spoil(cloud),
    nowMs: () => clock.nowMs(),
    pass: (durationMs) => clock.advance(durationMs),
    settle: () => clock.advance(300_000),
    runningInstance: async () => {
      const { instances } = await cloud.observe(never)
      const found = instances.filter(({ state }) => state === 'running')[used++]
      if (found === undefined) throw new Error('none left')
      return found.id
    },
    missingInstance: () => instanceId(cloud.id, 'i-999999'),
    makePartial: async () => {
      const end = cloud.faults.put({ kind: 'partial', hostShare: 0.5 })
      return async () => end()
    },
    dispose: () => cloud.close(),
  }
}

/** Titles of the tests of the suite that fail for the spoiled cloud. */
async function failures(spoil: (cloud: SimulatedCloud) => Cloud): Promise<readonly string[]> {
  const tests: { title: string; run: () => Promise<void> }[] = []
  const runner = {
    describe: (_: string, body: () => void) => body(),
    it: (title: string, body: (context: { skip(): void }) => Promise<void>) =>
      tests.push({ title, run: () => body({ skip: () => {} }) }),
  }
  cloudContract(runner, 'spoiled', { open: async () => harness(spoil), actionTimeMs: 300_000 })
  const failed: string[] = []
  for (const { title, run } of tests) await run().catch(() => failed.push(title))
  return failed
}

/** The cloud with some of its methods replaced. */
function but(cloud: SimulatedCloud, changes: Partial<Cloud>): Cloud {
  return new Proxy<Cloud>(cloud, {
    get: (target, key) => {
      const own = Reflect.get(changes, key) ?? Reflect.get(target, key, target)
      return typeof own === 'function' ? own.bind(target) : own
    },
  })
}

describe('the contract suite', () => {
  it('finds nothing wrong with the cloud as it is', async () => {
    expect(await failures((cloud) => cloud)).toEqual([])
  })

  const observed = (change: (inventory: Inventory) => Inventory) => (cloud: SimulatedCloud) =>
    but(cloud, { observe: async (signal) => change(await cloud.observe(signal)) })
  const sampled = (change: (batch: SampleBatch) => SampleBatch) => (cloud: SimulatedCloud) =>
    but(cloud, { sample: async (signal) => change(await cloud.sample(signal)) })
  let readings = 0

  it.each<[string, (cloud: SimulatedCloud) => Cloud, string]>([
    ['hides its gaps', observed((inventory) => ({ ...inventory, gaps: [] })), 'tells gaps'],
    [
      'changes ids',
      observed((inventory) => ({
        ...inventory,
        hosts: inventory.hosts.map((host) => ({ ...host, name: `${host.name}-${++readings}` })),
      })),
      'ids that stay',
    ],
    [
      'counts backwards',
      sampled((batch) => ({ ...batch, values: batch.values.map((value) => -value) })),
      'samples in columns',
    ],
    [
      'invents zeros',
      (cloud) =>
        but(cloud, {
          sample: async (signal) => {
            const { instances } = await cloud.observe(signal)
            const subjects = instances.map(({ id }) => id)
            const atMs = new Float64Array(subjects.length).fill(Date.UTC(2025, 5, 2))
            return { subjects, atMs, values: new Float64Array(subjects.length * 7) }
          },
        }),
      'samples nothing of an instance',
    ],
    [
      'forgets keys',
      (cloud) => {
        let calls = 0
        return but(cloud, { act: (request, signal) => cloud.act({ ...request, idempotencyKey: `${++calls}` }, signal) })
      },
      'under one key once',
    ],
    ['does nothing', (cloud) => but(cloud, { act: async () => {} }), 'watched to its end'],
    [
      'accepts what is gone',
      (cloud) => but(cloud, { act: (request, signal) => cloud.act(request, signal).catch(() => {}) }),
      'cloud-not-found',
    ],
    [
      'throws what it likes',
      (cloud) =>
        but(cloud, {
          act: (request, signal) =>
            cloud.act(request, signal).catch((error: Error) => Promise.reject(new Error(error.message))),
        }),
      'cloud-unsupported',
    ],
    [
      'does not heed the signal',
      (cloud) => but(cloud, { observe: () => cloud.observe(never) }),
      'ends every call soon',
    ],
    ['tells nobody', (cloud) => but(cloud, { subscribe: () => () => {} }), 'tells listeners'],
    ['goes on after its end', (cloud) => but(cloud, { close: async () => {} }), 'closes for good'],
  ])('notices a cloud that %s', async (_, spoil, title) => {
    const failed = await failures(spoil)
    expect(
      failed.filter((name) => name.includes(title)),
      failed.join('\n'),
    ).not.toEqual([])
  })
})
