// The driver against the real OpenStack of labs/openstack: the shared contract suites, then what only a real one can show.
// Run by labs/openstack/test, which brings the lab up and names its folder in GLEANER_OPENSTACK_LAB.
import { setTimeout as sleep } from 'node:timers/promises'
import { type InstanceId, instanceId, nativeOf, projectId } from '@gleaner/model'
import { cloudContract, type CloudHarness, facetContract } from '@gleaner/testkit'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { OpenStackCloud } from '../openstack-cloud.ts'
import { OpenStackLab, realClock } from './openstack-lab.ts'

const folder = process.env['GLEANER_OPENSTACK_LAB']
if (folder === undefined) throw new Error('GLEANER_OPENSTACK_LAB is not set; run labs/openstack/test')

describe('a real OpenStack', () => {
  let lab: OpenStackLab
  let project: string

  beforeAll(async () => {
    lab = await OpenStackLab.find(folder)
    await lab.removeAll()
    project = await lab.projectId()
  }, 120_000)
  afterAll(async () => {
    await lab.removeAll()
    await lab.direct.close()
  }, 120_000)

  async function open(): Promise<CloudHarness> {
    const { entry, relays } = await lab.relayed()
    const [, , placement] = relays
    const cloud = new OpenStackCloud({
      id: 'lab',
      clock: realClock,
      settings: { entry },
      diagnostics: 100,
      pollMs: 500,
      retry: { attempts: 2, baseMs: 100, longestPauseMs: 1_000, random: () => 1 },
    })
    const made: string[] = []
    let named = 0
    const idOf = (id: string) => instanceId(cloud.id, id)
    return {
      cloud,
      nowMs: () => Date.now(),
      pass: (durationMs) => sleep(durationMs),
      settle: async () => {
        for (const id of made) await lab.until(id, (server) => server?.taskState === undefined)
      },
      runningInstance: async (): Promise<InstanceId> => {
        const { id } = await lab.boot()
        made.push(id)
        return idOf(id)
      },
      missingInstance: () => idOf('00000000-0000-4000-8000-ffffffffffff'),
      makePartial: async () => {
        await placement?.vanish()
        return async () => placement?.appear()
      },
      makeUnavailable: async () => {
        for (const relay of relays) await relay.vanish()
        return async () => {
          for (const relay of relays) await relay.appear()
        }
      },
      makeHang: async () => {
        for (const relay of relays) relay.hold()
        return async () => {
          for (const relay of relays) relay.letGo()
        }
      },
      remove: (id) => lab.remove(nativeOf(id)),
      newInstance: () => ({
        name: `made-${++named}`,
        projectId: projectId(cloud.id, project),
        hostId: undefined,
        flavor: 'small',
        firmness: 'firm',
        tags: [],
        vcpus: 1,
        memoryMiB: 2048,
        diskGiB: 10,
        native: { imageRef: lab.imageId, networks: 'none' },
      }),
      dispose: async () => {
        await cloud.close()
        for (const relay of relays) await relay.vanish()
        for (const id of made) await lab.remove(id)
      },
    }
  }

  // Nova has no balloon, and the suite's test of it would only be skipped.
  const offered = (title: string) => !title.startsWith('changes the memory')
  const subject = { open, actionTimeMs: 120_000, testTimeoutMs: 300_000 }
  cloudContract(
    { describe, it: (title, body, timeoutMs) => (offered(title) ? it(title, body, timeoutMs) : undefined) },
    'openstack, real services',
    subject,
  )
  facetContract({ describe, it }, 'openstack, real services', subject)
})
