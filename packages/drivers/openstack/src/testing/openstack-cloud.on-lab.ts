// The driver against the real OpenStack of labs/openstack: the shared contract suites, then what only a real one can show.
// Run by labs/openstack/test, which brings the lab up and names its folder in GLEANER_OPENSTACK_LAB.
import { generateKeyPairSync } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ActionKind, type HostId, hostId, type InstanceId, instanceId, nativeOf, projectId } from '@gleaner/model'
import type { CloudEvent, UnplacedInstance } from '@gleaner/ports'
import { cloudContract, type CloudHarness, facetContract } from '@gleaner/testkit'
import { type JsonObject, openConnection, settingsFromEntry } from '@gleaner/wire-openstack'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { OpenStackCloud } from '../openstack-cloud.ts'
import { OpenStackLab, realClock } from './openstack-lab.ts'
import { TcpRelay } from './tcp-relay.ts'

const never = new AbortController().signal
const spareServers = 20
const folder = process.env['GLEANER_OPENSTACK_LAB']
if (folder === undefined) throw new Error('GLEANER_OPENSTACK_LAB is not set; run labs/openstack/test')

describe('a real OpenStack', () => {
  let lab: OpenStackLab
  let project: string
  /** Running ones that no test has used; all are booted at once, which takes a fifth of the time. */
  let spare: string[]

  beforeAll(async () => {
    lab = await OpenStackLab.find(folder)
    await lab.removeAll()
    project = await lab.projectId()
    spare = (await Promise.all(Array.from({ length: spareServers }, () => lab.boot()))).map(({ id }) => id)
  }, 300_000)
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
    const used: string[] = []
    let named = 0
    const idOf = (id: string) => instanceId(cloud.id, id)
    return {
      cloud,
      nowMs: () => Date.now(),
      pass: (durationMs) => sleep(durationMs),
      settle: async () => {
        for (const id of used) await lab.until(id, (server) => server?.taskState === undefined)
      },
      runningInstance: async (): Promise<InstanceId> => {
        const id = spare.pop() ?? (await lab.boot()).id
        used.push(id)
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
      flavorId: '2',
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
      },
    }
  }

  // Nova has no balloon, and the suite's tests of it would only be skipped.
  const offered = (title: string) => !/^changes the memory|says of its memory/.test(title)
  const subject = { open, actionTimeMs: 120_000, testTimeoutMs: 300_000 }
  cloudContract(
    { describe, it: (title, body, timeoutMs) => (offered(title) ? it(title, body, timeoutMs) : undefined) },
    'openstack, real services',
    subject,
  )
  facetContract({ describe, it }, 'openstack, real services', subject)

  describe('shows', () => {
    let cloud: OpenStackCloud
    let key = 0

    beforeEach(() => {
      cloud = new OpenStackCloud({ id: 'lab', clock: realClock, settings: { entry: entryOf(lab) }, pollMs: 500 })
    })
    afterEach(async () => {
      await cloud.close()
      await lab.removeAll()
    }, 120_000)

    const act = (action: ActionKind, id: InstanceId) =>
      cloud.act({ action, instanceId: id, hostId: undefined, idempotencyKey: `shows-${++key}` }, never)
    const stateOf = async (id: InstanceId) => (await cloud.look(id, never)).instance?.state
    const reach = (id: InstanceId, state: string | undefined) => until(async () => (await stateOf(id)) === state)
    const boot = async (change?: JsonObject) => instanceId(cloud.id, (await lab.boot(change)).id)
    const heldBy = async (id: InstanceId) => (await lab.direct.placement.consumer(nativeOf(id), never)).allocations
    const request = (name: string) => ({
      name,
      projectId: projectId(cloud.id, project),
      hostId: undefined,
      flavor: 'small',
      firmness: 'firm' as const,
      tags: [],
      vcpus: 1,
      memoryMiB: 2048,
      diskGiB: 10,
      idempotencyKey: `shows-${++key}`,
      native: { imageRef: lab.imageId, networks: 'none' },
    })

    /** While it runs no server finds a host. */
    async function withoutHosts<T>(work: () => Promise<T>): Promise<T> {
      const { hosts } = await cloud.observe(never)
      await Promise.all(hosts.map(({ id }) => cloud.hostControl.close(id, 'the lab test', never)))
      try {
        return await work()
      } finally {
        await Promise.all(hosts.map(({ id }) => cloud.hostControl.open(id, never)))
      }
    }

    async function unplaced(id: InstanceId): Promise<UnplacedInstance> {
      await reach(id, 'error')
      const found = (await cloud.creation.unplaced(never)).find(({ instanceId: each }) => each === id)
      if (found === undefined) throw new Error(`${id} is not among the unplaced`)
      return found
    }

    it('that suspend and stop leave everything sold, and shelve and delete nothing', async () => {
      const id = await boot({ flavorRef: '2' })
      const whole = await heldBy(id)
      expect(Object.values(whole)).toEqual([{ VCPU: 1, MEMORY_MB: 2048, DISK_GB: 10 }])
      for (const [action, state, back] of [
        ['pause', 'paused', 'resume'],
        ['suspend', 'suspended', 'resume'],
        ['stop', 'stopped', 'start'],
      ] as const) {
        await act(action, id)
        await reach(id, state)
        expect(await heldBy(id), `after ${action}`).toEqual(whole)
        await act(back, id)
        await reach(id, 'running')
      }
      await act('shelve', id)
      await reach(id, 'shelved')
      expect(await heldBy(id)).toEqual({})
      await act('start', id)
      await reach(id, 'running')
      await act('delete', id)
      await reach(id, undefined)
      // Nova forgets the server first and what it held a moment later.
      await until(async () => Object.keys(await heldBy(id)).length === 0)
    }, 300_000)

    it('that a claim stands, and its victim runs without room, over the passes of nova’s own bookkeeping', async () => {
      const id = await boot({ flavorRef: '2' })
      const on = (await cloud.look(id, never)).instance?.hostId as HostId
      const size = { vcpus: 1, memoryMiB: 2048, diskGiB: 10 }
      await cloud.claims.claim({ claimId: 'held', hostId: on, ...size, from: [id] }, never)
      // Two and more periods of update_resources_interval.
      await sleep(50_000)
      expect(await heldBy(id)).toEqual({})
      expect(await stateOf(id)).toBe('running')
      await act('delete', id)
      await reach(id, undefined)
      expect(await cloud.claims.claims(never)).toEqual([{ claimId: 'held', hostId: on, ...size }])
      await cloud.claims.release('held', never)
      expect(await cloud.claims.claims(never)).toEqual([])
    }, 300_000)

    it('one claim for more than placement gives one consumer at once', async () => {
      const on = hostId(cloud.id, 'compute-4')
      const node = (await lab.direct.nova.hypervisors(never)).find(({ name }) => name === 'compute-4')
      const cores = (await lab.direct.placement.inventories(node?.id ?? '', never)).items.get('VCPU')
      const size = { vcpus: Number(cores?.raw['max_unit']) + 1, memoryMiB: 512, diskGiB: 1 }
      await cloud.claims.claim({ claimId: 'large', hostId: on, ...size, from: [] }, never)
      expect(await cloud.claims.claims(never)).toEqual([{ claimId: 'large', hostId: on, ...size }])
      await cloud.claims.release('large', never)
      expect(await cloud.claims.claims(never)).toEqual([])
    })

    it('a request without a host, which is made again from what is known of it', async () => {
      const ada = await lab.user('ada', 'member')
      await ada.letIn((await lab.direct.session.token(never)).userId)
      await ada.connection.nova.importKeyPair({ name: 'laptop', publicKey: publicKey() }, never)
      const server = {
        name: 'wanted',
        imageRef: lab.imageId,
        flavorRef: '2',
        networks: 'none',
        key_name: 'laptop',
        metadata: { owner: 'ada' },
        user_data: 'e30=',
        tags: ['batch'],
      }
      const failed = await withoutHosts(async () => {
        const id = instanceId(cloud.id, await ada.connection.nova.create(server, undefined, never))
        return unplaced(id)
      })
      expect(failed).toMatchObject({
        name: 'wanted',
        projectId: projectId(cloud.id, ada.projectId),
        firmness: 'firm',
        flavor: 'small',
        tags: ['batch'],
        vcpus: 1,
        memoryMiB: 2048,
        reason: 'No valid host was found.',
      })
      const again = { ...failed, hostId: hostId(cloud.id, 'compute-2'), idempotencyKey: 'again' }
      const id = await cloud.creation.create(again, never)
      await act('delete', failed.instanceId)
      await reach(id, 'running')
      const made = await lab.direct.nova.server(nativeOf(id), never)
      expect(made).toMatchObject({ projectId: ada.projectId, node: 'compute-2', metadata: { owner: 'ada' } })
      expect(made?.raw['key_name']).toBe(`laptop of ${ada.userId}`)
      await lab.removeAll()
      await ada.forget()
    }, 300_000)

    it('no host for a server that names a closed one, and tells so before anything is made', async () => {
      const closed = hostId(cloud.id, 'compute-3')
      await cloud.hostControl.close(closed, 'the lab test', never)
      const creating = cloud.creation.create({ ...request('nowhere'), hostId: closed }, never)
      await expect(creating).rejects.toMatchObject({ code: 'cloud-conflict' })
      const forced = await lab.direct.nova.create(
        { name: 'forced', imageRef: lab.imageId, flavorRef: '1', networks: 'none', host: 'compute-3' },
        undefined,
        never,
      )
      expect((await lab.until(forced, (server) => server?.vmState === 'error'))?.host).toBeUndefined()
      await cloud.hostControl.open(closed, never)
    }, 120_000)

    it('that a ratio lasts, but for a host whose nova.conf sets its own', async () => {
      const [free, bound] = [hostId(cloud.id, 'compute-1'), hostId(cloud.id, 'compute-10')]
      for (const id of [free, bound]) await cloud.ratioControl.setRatios(id, { coreRatio: 2 }, never)
      await until(async () => (await cloud.ratioControl.overridden(bound, never)) !== undefined)
      expect(await cloud.ratioControl.overridden(bound, never)).toBe(
        'cpu_allocation_ratio of nova.conf on compute-10 sets VCPU back from 2 to 4; leave it unset there',
      )
      expect(await cloud.ratioControl.overridden(free, never)).toBeUndefined()
      await cloud.ratioControl.setRatios(free, { coreRatio: 16 }, never)
    }, 300_000)

    it('what a user without rights lacks, in nova’s own names', async () => {
      const member = await lab.user('member', 'member')
      const limited = new OpenStackCloud({ id: 'limited', clock: realClock, settings: { entry: member.entry } })
      const missing = (await limited.check(never)).filter(({ ok }) => !ok)
      expect(missing.map(({ what }) => what)).toEqual([
        'instances of all projects',
        'hosts',
        'compute services',
        'aggregates',
        'placement',
        'names of projects',
      ])
      // The rule that is asked for is the one that nova, placement and keystone refuse by.
      for (const { detail, remedy } of missing) expect(detail).toContain(/rule (\S+) accepts/.exec(remedy ?? '')?.[1])
      await limited.close()
      await member.forget()
    }, 120_000)

    it('that a token revoked in the middle is renewed', async () => {
      await cloud.observe(never)
      const { entry, relays } = await lab.relayed()
      const connection = openConnection({ settings: settingsFromEntry(entry), clock: realClock, timeoutMs: 60_000 })
      const token = await connection.session.token(never)
      await fetch(`${lab.settings.authUrl}/auth/tokens`, {
        method: 'DELETE',
        headers: { 'x-auth-token': token.id, 'x-subject-token': token.id },
      })
      expect((await connection.nova.hypervisors(never)).length).toBe(10)
      expect((await connection.session.token(never)).id).not.toBe(token.id)
      await connection.close()
      for (const relay of relays) await relay.vanish()
    }, 120_000)

    it('itself to an application credential, and to a token', async () => {
      const { userId, id: tokenId } = await lab.direct.session.token(never)
      const made = await lab.identity('POST', `/users/${userId}/application_credentials`, {
        application_credential: { name: 'lab-test', secret: 'lab-test' },
      })
      const credential = made['application_credential'] as { readonly id: string }
      const auth_url = lab.settings.authUrl
      for (const auth of [
        { auth_url, application_credential_id: credential.id, application_credential_secret: 'lab-test' },
        { auth_url, token: tokenId, project_id: project },
      ]) {
        const settings = settingsFromEntry({ auth, region_name: 'RegionOne' })
        const connection = openConnection({ settings, clock: realClock, timeoutMs: 60_000 })
        expect((await connection.session.token(never)).projectId).toBe(project)
        expect((await connection.nova.hypervisors(never)).length).toBe(10)
        await connection.close()
      }
      await lab.identity('DELETE', `/users/${userId}/application_credentials/${credential.id}`)
    }, 120_000)

    it('its changes over the bus, and without it when it is gone', async () => {
      const busUrl = new URL(process.env['LAB_RABBIT_URL'] ?? '')
      const relay = await TcpRelay.start(`http://${busUrl.host}`)
      const through = new URL(busUrl)
      through.port = new URL(relay.url).port
      const listening = new OpenStackCloud({
        id: 'lab',
        clock: realClock,
        settings: { entry: entryOf(lab) },
        notifications: through.href,
        pollMs: 1_000,
      })
      const heard: CloudEvent[] = []
      listening.subscribe((event) => heard.push(event))
      const saw = (pattern: RegExp) => until(async () => heard.some(({ detail }) => pattern.test(detail)))
      await saw(/^bus: listening to nova/)
      const id = await boot()
      await act('suspend', id)
      await saw(/^guest: suspend\.end \(suspended\)$/)
      await relay.vanish()
      await saw(/^bus: the connection to .* ended$/)
      await act('resume', id)
      await saw(/^guest: running$/)
      heard.length = 0
      await relay.appear()
      await saw(/^bus: listening to nova/)
      await act('pause', id)
      await saw(/^guest: pause\.end \(paused\)$/)
      expect(JSON.stringify(heard)).not.toContain(busUrl.password)
      await listening.close()
      await relay.vanish()
    }, 300_000)
  })
})

function entryOf({ settings }: OpenStackLab): JsonObject {
  const given = Object.entries(settings.auth).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))
  return { auth: Object.fromEntries(given) as JsonObject, region_name: settings.region ?? null }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const endMs = Date.now() + 120_000; !(await holds()); await sleep(300)) {
    if (Date.now() > endMs) throw new Error('it did not come about within two minutes')
  }
}

/** As ssh-keygen writes it. */
function publicKey(): string {
  const { publicKey: made } = generateKeyPairSync('ed25519')
  const raw = Buffer.from(made.export({ format: 'jwk' }).x ?? '', 'base64url')
  const part = (data: Buffer) => {
    const size = Buffer.alloc(4)
    size.writeUInt32BE(data.length)
    return Buffer.concat([size, data])
  }
  return `ssh-ed25519 ${Buffer.concat([part(Buffer.from('ssh-ed25519')), part(raw)]).toString('base64')} lab`
}
