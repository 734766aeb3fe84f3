// Hosts going to sleep and coming back on a whole server: real PostgreSQL, a simulated cloud, time that runs faster, over HTTP.
import type { PowerHostView, SleepHoursView, SwitchedHostsView } from '@gleaner/model'
import { projectId } from '@gleaner/model'
import { afterEach, describe, expect, it } from 'vitest'
import { hashSecret, newSecret } from '../auth/token-secret.ts'
import { callApi } from './call-api.ts'
import { begin, cloud, journal, patient, reading, server, stopAll } from './scene.ts'
import { operator } from './test-server.ts'

const minuteMs = 60_000
const settings = `
policy: { snapshotMaxAge: 600m, telemetryMaxAge: 600m, actionTimeout: 600m, budgets: { actionsPerMinute: 1000, cloudShare: 1 } }
power: { keepWarm: { hosts: 1, share: 0 }, idle: 5m, leastOn: 10m, leastOff: 5m, boot: 4m, wakeMargin: 10m, wakeTimeout: 600m, idlePowerW: 100 }
`
let token = ''
afterEach(stopAll)

/** Four hosts, one instance. */
async function start(modes: string): Promise<void> {
  await begin({
    speed: 300,
    size: { seed: 11, hosts: 4, instances: 1, projects: 1, desktops: 0, activity: 0 },
    config: `modes: { ${modes} }\n${settings}`,
  })
  token = newSecret()
  const made = { name: 'test', projects: [], createdAtMs: 0, createdBy: 'test', expiresAtMs: undefined }
  await server.app.store.tokens.create({ ...made, role: 'operator' }, hashSecret(token))
}

async function http<T>(method: string, path: string, body?: object): Promise<T> {
  const answer = await callApi<T>({ url: server.url, token }, { method, path, body })
  if (answer.status >= 400) throw new Error(JSON.stringify(answer.body))
  return answer.body
}

const hosts = async () => (await http<SwitchedHostsView>('GET', 'power')).hosts
const untilHosts = (what: string, holds: (hosts: readonly PowerHostView[]) => boolean) =>
  server.until(what, async () => {
    const now = await hosts()
    return holds(now) ? now : undefined
  })
const asleep = (all: readonly PowerHostView[]) => all.filter(({ state }) => state === 'asleep')
const steps = async () =>
  (await journal())
    .filter(({ capability }) => capability === 'energy')
    .map(({ targetName, action, state }) => `${targetName} ${action} ${state}`)

describe('energy, enforced', () => {
  it(
    'empty hosts are closed and switched off but for the reserve, and one that a refused request needs comes back',
    patient,
    async () => {
      await start('energy: enforce, preemption: observe')
      const all = await untilHosts('two sleeping hosts', (now) => asleep(now).length === 2)
      const [first] = asleep(all) as [PowerHostView]
      await server.until('the end of its steps', async () => {
        const taken = (await steps()).filter((step) => step.startsWith(first.host))
        expect(taken.map((step) => step.split(' ')[1])).toEqual(['close', 'sleep'])
        return taken.every((step) => step.endsWith(' done')) ? true : undefined
      })
      const awake = all.filter(({ state }) => state === 'up')
      expect(awake).toHaveLength(2)
      await untilHosts('the reason of the one that stays awake', (now) =>
        now.some(({ state, instances, reason }) => state === 'up' && instances === 0 && reason?.code === 'keep-warm'),
      )
      await untilHosts('since when they sleep', (now) =>
        asleep(now).every(({ asleepSince }) => asleepSince !== undefined),
      )
      const energy = await http<SwitchedHostsView>('GET', 'power')
      expect(energy).toMatchObject({ mode: 'enforce', asleep: 2 })
      expect(energy.savedW).toBeGreaterThan(2 * 20)

      // More than the two that are awake have room for: everything of three hosts.
      const snapshot = reading()
      const biggest = Math.min(...(snapshot?.hosts ?? []).map(({ cores, reservedCores }) => cores - reservedCores))
      const request = {
        requestId: 'r1',
        cloudId: cloud.id,
        projectId: projectId(cloud.id, snapshot?.projects[0]?.name ?? ''),
        name: 'three whole hosts',
        flavor: undefined,
        firmness: 'firm',
        count: 3,
        vcpus: biggest,
        memoryMiB: 1024,
        diskGiB: 1,
        hints: { apart: true },
      } as const
      const refused = await server.app.commands.makeRoom(request, operator)
      expect(refused.state).toBe('refused')
      await untilHosts('a woken host', (now) => now.filter(({ state }) => state === 'up').length >= 3)
      await server.until('the end of its steps', async () => {
        const taken = await steps()
        return ['wake', 'open'].every((step) => taken.some((each) => each.endsWith(` ${step} done`))) ? true : undefined
      })
      const again = await server.until('room', async () => {
        const room = await server.app.commands.makeRoom({ ...request, requestId: `r${server.clock.nowMs()}` }, operator)
        return room.state === 'free' ? room : undefined
      })
      expect(again.placements).toHaveLength(3)
      // The wake-up was measured.
      const woken = server.app.insight.power().find(({ record }) => (record?.bootsMs.length ?? 0) > 0)
      expect(woken?.record?.bootsMs[0]).toBeGreaterThanOrEqual(180_000)
    },
  )

  it('a host sleeps until its lease and is up before that begins', patient, async () => {
    await start('energy: enforce')
    const nowMs = server.clock.nowMs()
    const lease = await server.app.commands.makeLease(
      {
        name: 'all of it',
        cloudId: cloud.id,
        projectId: projectId(cloud.id, reading()?.projects[0]?.name ?? ''),
        window: { startMs: nowMs + 180 * minuteMs, endMs: nowMs + 240 * minuteMs },
        durationMs: undefined,
        reservations: [{ wish: { kind: 'hosts', min: 4, max: 4 }, filter: undefined }],
        endAction: 'nothing',
        noticeMs: 0,
        holdMs: undefined,
      },
      operator,
    )
    const isTold = ({ asleepSince }: PowerHostView) => asleepSince !== undefined
    const first = asleep(await untilHosts('a sleeping host', (now) => asleep(now).some(isTold))).find(
      isTold,
    ) as PowerHostView
    expect(Date.parse(first.nextLeaseAt ?? '')).toBe(lease.span.startMs)
    const told = await http<SleepHoursView>('GET', 'power/hours?back=1d&ahead=1d')
    const spans = told.hosts.find(({ id }) => id === first.id)?.spans ?? []
    expect(spans.map(({ kind }) => kind)).toEqual(['asleep', 'sleeps', 'wakes', 'promised'])
    const [slept, sleeps, wakes, promised] = spans
    expect(slept?.from).toBe(first.asleepSince)
    expect([slept?.to, sleeps?.from]).toEqual([told.now, told.now])
    expect([wakes?.to, promised?.from]).toEqual([first.nextLeaseAt, first.nextLeaseAt])
    expect(Date.parse(promised?.to ?? '')).toBe(lease.span.endMs)
    await server.until('the start of the lease', () => (server.clock.nowMs() >= lease.span.startMs ? true : undefined))
    const opened = (await journal()).filter(({ action, reason }) => action === 'open' && reason.code === 'wake-lease')
    expect(opened.length).toBeGreaterThan(0)
    for (const { finishedAtMs } of opened) expect(finishedAtMs).toBeLessThan(lease.span.startMs)
    expect(asleep(await hosts())).toEqual([])
  })
})

describe('energy, observed', () => {
  it('switches nothing off by itself; a person can, and has it back', patient, async () => {
    await start('energy: observe')
    const would = await untilHosts('what would be done', (now) => now.some(({ step }) => step === 'close'))
    const empty = would.find(({ step }) => step === 'close') as PowerHostView
    await server.cycles(4)
    expect(await steps()).toEqual([])

    const told = await http<PowerHostView>('PUT', `hosts/${encodeURIComponent(empty.id)}/power`, {
      state: 'asleep',
      for: '10d',
    })
    expect(told.wish).toMatchObject({ state: 'asleep', by: 'test' })
    // In a mode that lets nothing sleep, a person's word does.
    await untilHosts('it sleeps', (now) => now.find(({ id }) => id === empty.id)?.state === 'asleep')
    await http('PUT', `hosts/${encodeURIComponent(empty.id)}/power`, { state: 'awake' })
    await untilHosts('it is back', (now) => now.find(({ id }) => id === empty.id)?.state === 'up')
    await server.until('the end of the last step', async () =>
      (await steps()).every((step) => step.endsWith(' done')) ? true : undefined,
    )
    expect(await steps()).toEqual(['close', 'sleep', 'wake', 'open'].map((step) => `${empty.host} ${step} done`))
  })
})
