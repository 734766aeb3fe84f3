// Desktops that lend themselves on a whole server: real PostgreSQL, a simulated cloud, time that runs faster. A user comes back, leaves
// again, and comes back while the cloud answers nobody.
import type { DesktopDetails, InstanceId, LendingPhase, StatusView } from '@gleaner/model'
import { afterEach, describe, expect, it } from 'vitest'
import { desk as host, guestOn } from './desktop-scene.ts'
import { begin, cloud, journal, patient, reading, server, stopAll } from './scene.ts'
import { joinTestDesktop } from './test-desktop.ts'
import { operator, testStartMs } from './test-server.ts'

const policy = `
policy: { snapshotMaxAge: 600m, telemetryMaxAge: 600m, actionTimeout: 60m, budgets: { actionsPerMinute: 1, cloudShare: 0 } }
`
const unhurried = '{ contract: 10m, lostAfter: 20, beat: 15s, freeAfter: 2h }'
afterEach(stopAll)

const start = (mode: string, { desktopAgents = false, atMs = testStartMs, opportunism = unhurried } = {}) =>
  begin({
    speed: 300,
    atMs,
    size: { seed: 11, hosts: 5, instances: 0, projects: 1, desktops: 1, activity: 0, desktopAgents },
    config: `anonymous: administrator\nmodes: { idleness: 'off', opportunism: ${mode} }\n${policy}opportunism: ${opportunism}\n`,
  })

const name = () => host()?.name ?? ''
const instance = (id: InstanceId) => reading()?.instanceById.get(id)
const untilHost = (state: string) =>
  server.until(`the desktop is ${state}`, () => (host()?.state === state ? true : undefined))
const untilGuest = (id: InstanceId, state: string) =>
  server.until(`the guest is ${state}`, () => (instance(id)?.state === state ? true : undefined))

const makeGuest = (title: string) => guestOn(host()?.id, title)

async function joined() {
  const desktop = await joinTestDesktop(server.app, name())
  return { ...desktop, says: (phase: LendingPhase) => desktop.says(phase) }
}

describe('a desktop that lends itself', () => {
  it(
    'is opened while nobody is there, closed before its guests are stopped, and opened again after they go on',
    patient,
    async () => {
      await start('enforce')
      expect(host()?.state).toBe('disabled')
      const desktop = await joined()
      await server.cycles(2)
      expect(await journal()).toEqual([])
      await desktop.says('lendable')
      await untilHost('up')
      const guests = [await makeGuest('one'), await makeGuest('two')]
      for (const id of guests) await untilGuest(id, 'running')

      await desktop.says('in-use')
      for (const id of guests) await untilGuest(id, 'paused')
      expect(host()?.state).toBe('disabled')
      const why = await server.app.insight.whyHost(host()?.id as NonNullable<ReturnType<typeof host>>['id'])
      expect(why.summary).toMatch(/^desk-\S+ may have no guests now \(in-use\): keyboard: typed on 1 device\. /)
      for (const id of guests) {
        const story = await server.app.insight.why(id)
        expect(story.summary).toContain('The desktop it is on is needed by its user')
        expect(story.holds.filter(({ kind }) => kind === 'person-acted')).toEqual([])
      }
      for (const id of guests) {
        await desktop.says('in-use')
        await untilGuest(id, 'suspended')
      }

      await desktop.says('lendable')
      for (const id of guests) await untilGuest(id, 'running')
      await untilHost('up')
      const steps = await server.until('the last entry ends', async () => {
        const all = await journal()
        return all.every(({ finishedAtMs }) => finishedAtMs !== undefined) ? all : undefined
      })
      expect(steps.map(({ action, state }) => `${action} ${state}`)).toEqual([
        'open done',
        'close done',
        ...Array<string>(2).fill('pause done'),
        ...Array<string>(2).fill('suspend done'),
        ...Array<string>(2).fill('resume done'),
        'open done',
      ])
      const [, close, ...rest] = steps
      const pauses = rest.filter(({ action }) => action === 'pause')
      for (const pause of pauses) expect(pause.intendedAtMs).toBeGreaterThanOrEqual(close?.acceptedAtMs ?? Infinity)
      const resumes = rest.filter(({ action }) => action === 'resume')
      for (const resume of resumes)
        expect(rest.at(-1)?.intendedAtMs).toBeGreaterThanOrEqual(resume.finishedAtMs ?? Infinity)
      // Both owners were told, of every stop.
      for (const id of guests) {
        const told = await server.app.store.notices.forInstance(id, 20)
        expect(new Set(told.map(({ about }) => about?.action))).toEqual(new Set(['pause', 'resume', 'suspend']))
      }
    },
  )

  it('gets what is due made up for when its user came back while the cloud answered nobody', patient, async () => {
    await start('enforce')
    const desktop = await joined()
    await desktop.says('lendable')
    await untilHost('up')
    const id = await makeGuest('one')
    await untilGuest(id, 'running')

    const mend = cloud.faults.put({ kind: 'unavailable' })
    await desktop.says('in-use')
    await server.until('the close is tried', async () =>
      (await journal()).some(({ action, state }) => action === 'close' && state === 'intended') ? true : undefined,
    )
    await server.cycles(3)
    expect((await journal()).filter(({ action }) => action === 'pause')).toEqual([])
    mend()
    await untilHost('disabled')
    await untilGuest(id, 'paused')
  })

  it(
    'is closed, and its guests stand still, also while everything is paused; nothing else happens until it goes on',
    patient,
    async () => {
      await start('enforce')
      const desktop = await joined()
      await desktop.says('lendable')
      await untilHost('up')
      const id = await makeGuest('one')
      await untilGuest(id, 'running')
      await server.app.commands.pause('the air conditioning', operator)

      await desktop.says('in-use')
      await untilHost('disabled')
      await untilGuest(id, 'paused')
      const held = await server.until('its memory is wanted back, and that waits', async () => {
        await desktop.says('in-use')
        return server.app.state.plan?.proposals.find(({ action }) => action === 'suspend')
      })
      expect(held).toMatchObject({ state: 'held', verdict: { code: 'kill-switch' }, instanceId: id })
      await desktop.says('lendable')
      await server.cycles(3)
      expect([host()?.state, instance(id)?.state]).toEqual(['disabled', 'paused'])
      await server.app.commands.unpause(operator)
      await desktop.says('lendable')
      await untilGuest(id, 'running')
      await untilHost('up')
    },
  )

  it(
    'that falls silent counts as gone only after the second, longer limit: a problem names its guests, nothing is done to them, and it ends with the next word',
    patient,
    async () => {
      await start('enforce', {
        opportunism: '{ beat: 5s, lostAfter: 2, contract: 10s, goneAfter: 25s, freeAfter: 2h }',
      })
      const desktop = await joined()
      const speaksUntil = (what: string, holds: () => boolean) =>
        server.until(what, async () => {
          await desktop.says('lendable')
          return holds() ? true : undefined
        })
      await speaksUntil('the desktop is up', () => host()?.state === 'up')
      const id = await makeGuest('one')
      await speaksUntil('the guest runs', () => instance(id)?.state === 'running')
      const view = async () => {
        const answer = await fetch(`${server.url}/api/v1/desktops/${name()}`)
        return ((await answer.json()) as DesktopDetails).standing
      }
      const gone = async () =>
        (await server.app.store.problems.list({ includeClosed: false })).find(({ code }) => code === 'desktop-gone')
      await server.until('beats are missing', async () => ((await view()) === 'lost' ? true : undefined))
      await untilHost('disabled')
      expect(await gone()).toBeUndefined()
      const problem = await server.until('it counts as gone', gone)
      expect(await view()).toBe('gone')
      expect(problem).toMatchObject({ subject: `desktop ${name()}` })
      expect(problem.sentence).toContain('On it: one.')
      expect(instance(id)?.state).toBe('running')
      expect((await journal()).map(({ action }) => action)).toEqual(['open', 'close'])
      await speaksUntil('the desktop is up again', () => host()?.state === 'up')
      expect(await gone()).toBeUndefined()
      expect(instance(id)?.state).toBe('running')
    },
  )

  it('is only watched in mode observe, and what would be done is told', patient, async () => {
    await start('observe')
    const desktop = await joined()
    await desktop.says('lendable')
    const proposal = await server.until('a proposal', () =>
      server.app.state.plan?.proposals.find(({ capability }) => capability === 'opportunism'),
    )
    expect(proposal).toMatchObject({ action: 'open', state: 'observed', hostId: host()?.id })
    await server.cycles(2)
    expect(host()?.state).toBe('disabled')
    expect(await journal()).toEqual([])
  })

  it(
    'of a simulated cloud is heard like any other, lent in the evening, and taken back in the morning',
    patient,
    async () => {
      await start('enforce', { desktopAgents: true, atMs: Date.UTC(2026, 2, 4, 6, 30) })
      await untilHost('up')
      const id = await makeGuest('night-shift')
      await untilGuest(id, 'running')
      const desktop = await server.until('it counts as lent', async () => {
        const found = await server.app.store.desktops.find(name())
        return found?.word?.phase === 'lent' ? found : undefined
      })
      expect(desktop).toMatchObject({ cloudId: cloud.id, keyUntilMs: undefined, pool: 'desktops' })
      // Its user comes between half past seven and nine.
      await untilHost('disabled')
      await untilGuest(id, 'paused')
      const hour = (server.clock.nowMs() / 3_600_000) % 24
      expect(hour).toBeGreaterThanOrEqual(6)
      const [open, close, pause] = await journal()
      expect([open?.action, close?.action, pause?.action]).toEqual(['open', 'close', 'pause'])
      expect(close?.reason.code).toBe('user-input')
      const after = await server.app.store.desktops.find(name())
      expect(after?.lentMs).toBeGreaterThan(0)
      expect(after?.interruptions).toBe(1)
      const read = async (path: string) => (await fetch(`${server.url}${path}`)).text()
      const shown = JSON.parse(await read(`/api/v1/desktops/${name()}`)) as DesktopDetails
      expect(shown.forecast?.hours).toHaveLength(168)
      expect(shown.forecast?.learntHours).toBeGreaterThan(0)
      const status = JSON.parse(await read('/api/v1/status')) as StatusView
      expect(status.desktops).toEqual({ total: 1, lendable: 0, lent: 0, lost: 0 })
      const metrics = await read('/metrics')
      expect(metrics).toMatch(/^gleaner_desktop_interruptions_total 1$/m)
      expect(metrics).toMatch(/^gleaner_desktops\{standing="lent"\} 0$/m)
      expect(metrics).toMatch(/^gleaner_desktop_lent_seconds_total [1-9]/m)
    },
  )
})
