// Running instances moved together on a whole server: real PostgreSQL, a simulated cloud, time that runs faster, over the journal.
import { afterEach, describe, expect, it } from 'vitest'
import { begin, journal, patient, reading, server, stopAll } from './scene.ts'

afterEach(stopAll)

/** Six hosts with few instances on each. */
const start = (consolidation: string) =>
  begin({
    speed: 300,
    size: { seed: 7, hosts: 6, instances: 12, projects: 2, desktops: 0, activity: 0 },
    config: `
modes: { energy: enforce, idleness: off, preemption: off }
policy: { snapshotMaxAge: 600m, telemetryMaxAge: 600m, actionTimeout: 600m, budgets: { actionsPerMinute: 1000, cloudShare: 1 } }
power:
  keepWarm: { hosts: 0, share: 0 }
  idle: 5m
  leastOn: 10m
  leastOff: 5m
  boot: 4m
  wakeMargin: 10m
  wakeTimeout: 600m
  idlePowerW: 100
  ${consolidation}
`,
  })

const used = () => {
  const snapshot = reading()
  return (snapshot?.hosts ?? []).filter(({ id }) => (snapshot?.instancesOfHost.get(id) ?? []).length > 0)
}
const moves = async () => (await journal()).filter(({ action }) => action === 'migrate')
const proposed = () => (server.app.state.plan?.proposals ?? []).filter(({ action }) => action === 'migrate')

describe('consolidation, enforced', () => {
  it(
    'moves instances together, running, until no host more can be emptied, and what is empty sleeps',
    patient,
    async () => {
      await start('consolidation: { mode: enforce, step: 2m, rest: 30m, movesAtOnce: 4, hostsAtOnce: 2 }')
      const before = used().length
      const running = (reading()?.instances ?? []).filter(({ state }) => state === 'running').length
      const asleep = await server.until('a sleeping host', () =>
        (reading()?.hosts ?? []).find(({ state }) => state === 'asleep'),
      )
      const done = (await moves()).filter(({ state }) => state === 'done')
      expect(done.length).toBeGreaterThan(0)
      for (const { capability, reason } of done) {
        expect(capability).toBe('energy')
        expect(['host-emptied', 'host-overloaded']).toContain(reason.code)
      }
      expect(used().length).toBeLessThan(before)
      expect(
        (reading()?.instances ?? []).filter(({ state }) => state === 'running' || state === 'migrating'),
      ).toHaveLength(running)
      // It was emptied; what is protected has stayed, and whoever asks is told.
      expect(done.some(({ hostId }) => hostId === asleep.id)).toBe(true)
      const guarded = (reading()?.instances ?? []).filter(({ protectedBy }) => protectedBy !== undefined)
      expect(guarded.length).toBeGreaterThan(0)
      for (const { id, hostId } of guarded) {
        expect(done.some(({ instanceId }) => instanceId === id)).toBe(false)
        const { summary } = await server.app.insight.whyHost(hostId as never)
        expect(summary).toContain('Nobody is moved off it to save energy: ')
      }
      // Nobody goes back to where he came from.
      const left = new Map<string, Set<string>>()
      for (const { instanceId, hostId, setting } of done) {
        expect(left.get(instanceId ?? '')?.has(setting?.toHostId ?? '')).not.toBe(true)
        left.set(instanceId ?? '', (left.get(instanceId ?? '') ?? new Set()).add(hostId ?? ''))
      }
    },
  )
})

describe('consolidation, observed', () => {
  it('shows in the plan and to whoever asks why what it would do, and moves nobody', patient, async () => {
    await start('consolidation: { step: 2m, rest: 30m }')
    const [first] = await server.until('what it would do', () => (proposed().length > 0 ? proposed() : undefined))
    expect(first).toMatchObject({ state: 'observed', capability: 'energy', reason: { code: 'host-emptied' } })
    const told = await server.app.insight.whyHost(first?.hostId as never)
    expect(told.summary).toContain('room elsewhere; empty, it can sleep')
    const why = await server.app.insight.why(first?.instanceId as never)
    expect(why.proposals.some(({ action }) => action === 'migrate')).toBe(true)
    await server.cycles(6)
    expect(await moves()).toEqual([])
  })
})

describe('consolidation, not configured', () => {
  it('proposes nothing', patient, async () => {
    await start('')
    await server.cycles(10)
    expect(proposed()).toEqual([])
  })
})
