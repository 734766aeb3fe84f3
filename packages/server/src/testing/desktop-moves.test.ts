// Guests that move away from a desktop whose user stays, on a whole server: real PostgreSQL, a simulated cloud, time that runs faster. They
// arrive and go on, or are saved where the move fails, does not end, or has nowhere to go.
import type { InstanceId, JournalEntry, LendingPhase } from '@gleaner/model'
import { afterEach, describe, expect, it } from 'vitest'
import { desk, guestOn } from './desktop-scene.ts'
import { begin, cloud, journal, never, patient, reading, server, stopAll } from './scene.ts'
import { joinTestDesktop } from './test-desktop.ts'
import { operator } from './test-server.ts'

afterEach(stopAll)

/** One hypervisor and one desktop; the desktop lends itself, and a guest runs on it. */
async function lentDesktop(title: string, { actionTimeout = '60m' } = {}) {
  await begin({
    speed: 300,
    size: { seed: 11, hosts: 2, instances: 0, projects: 1, desktops: 1, activity: 0, desktopAgents: false },
    config: `
anonymous: administrator
modes: { idleness: 'off', opportunism: enforce }
policy: { snapshotMaxAge: 600m, telemetryMaxAge: 600m, actionTimeout: ${actionTimeout}, budgets: { actionsPerMinute: 1, cloudShare: 0 } }
opportunism: { contract: 10m, lostAfter: 20, beat: 15s, freeAfter: 10m, freeBy: migrate }
`,
  })
  const firm = () => reading()?.hosts.find(({ kind }) => kind === 'hypervisor')
  const desktop = await joinTestDesktop(server.app, desk()?.name ?? '')
  await desktop.says('lendable')
  await server.until('the desktop is up', () => (desk()?.state === 'up' ? true : undefined))
  const id = await guestOn(desk()?.id, title)
  const guest = () => reading()?.instanceById.get(id)
  const says = async (phase: LendingPhase, what: string, holds: () => boolean) =>
    server.until(what, async () => {
      await desktop.says(phase)
      return holds() ? true : undefined
    })
  await says('lendable', 'the guest runs', () => guest()?.state === 'running')
  return { id, firm, guest, says }
}

const steps = async (id: InstanceId): Promise<readonly JournalEntry[]> =>
  (await journal()).filter(({ instanceId }) => instanceId === id)
const words = async (id: InstanceId) => (await steps(id)).map(({ action, state }) => `${action} ${state}`)

describe('a guest of a desktop whose user stays', () => {
  it(
    'is paused, moves to a hypervisor that has room, goes on there, and stays when the user leaves',
    patient,
    async () => {
      const { id, firm, guest, says } = await lentDesktop('moves')
      await says('in-use', 'it runs elsewhere', () => guest()?.hostId === firm()?.id && guest()?.state === 'running')
      await server.until('the last entry ends', async () =>
        (await steps(id)).every(({ finishedAtMs }) => finishedAtMs !== undefined) ? true : undefined,
      )
      expect(await words(id)).toEqual(['pause done', 'migrate done', 'resume done'])
      const [pause, move, resume] = await steps(id)
      expect(move?.setting).toEqual({ toHostId: firm()?.id })
      expect(move?.intendedAtMs).toBeGreaterThanOrEqual((pause?.intendedAtMs ?? 0) + 540_000)
      expect(resume?.intendedAtMs).toBeGreaterThanOrEqual(move?.acceptedAtMs ?? Number.POSITIVE_INFINITY)
      expect(resume?.reason.code).toBe('desktop-moved')
      // The desktop was closed before, and its owner was told of each step.
      expect(desk()?.state).toBe('disabled')
      const told = await server.app.store.notices.forInstance(id, 20)
      expect(new Set(told.map(({ about }) => about?.action))).toEqual(new Set(['pause', 'migrate', 'resume']))
      await says('lendable', 'the desktop is up again', () => desk()?.state === 'up')
      await server.cycles(3)
      expect(guest()).toMatchObject({ hostId: firm()?.id, state: 'running' })
      expect(await words(id)).toHaveLength(3)
    },
  )

  it('is saved where the move fails', patient, async () => {
    const { id, guest, says } = await lentDesktop('fails')
    cloud.faults.put({ kind: 'fail', calls: ['migrate'] })
    await says('in-use', 'it is saved', () => guest()?.state === 'suspended')
    expect(guest()?.hostId).toBe(desk()?.id)
    expect((await words(id)).slice(0, 2)).toEqual(['pause done', 'migrate failed'])
    await says('lendable', 'it goes on at the desktop', () => guest()?.state === 'running')
    expect(guest()?.hostId).toBe(desk()?.id)
  })

  it('is saved where the call is taken and nothing comes of it within the time of an action', patient, async () => {
    const { id, guest, says } = await lentDesktop('ignored', { actionTimeout: '5m' })
    cloud.faults.put({ kind: 'ignore', calls: ['migrate'] })
    await says('in-use', 'it is saved', () => guest()?.state === 'suspended')
    expect((await words(id)).slice(0, 2)).toEqual(['pause done', 'migrate timed-out'])
  })

  it('is saved where no host has room', patient, async () => {
    const { id, firm, guest, says } = await lentDesktop('nowhere')
    await cloud.hostControl.close(firm()?.id as NonNullable<ReturnType<typeof firm>>['id'], 'full', never)
    await says('in-use', 'it is saved', () => guest()?.state === 'suspended')
    expect((await words(id)).map((each) => each.split(' ')[0])).toEqual(['pause', 'suspend'])
  })

  it('stands still on the desktop while everything is paused, and moves afterwards', patient, async () => {
    const { id, firm, guest, says } = await lentDesktop('waits')
    await server.app.commands.pause('the air conditioning', operator)
    await says('in-use', 'the move waits', () =>
      (server.app.state.plan?.proposals ?? []).some(
        ({ action, verdict }) => action === 'migrate' && verdict.code === 'kill-switch',
      ),
    )
    expect(guest()).toMatchObject({ hostId: desk()?.id, state: 'paused' })
    await server.app.commands.unpause(operator)
    await says('in-use', 'it runs elsewhere', () => guest()?.hostId === firm()?.id && guest()?.state === 'running')
    expect((await words(id)).slice(0, 2)).toEqual(['pause done', 'migrate done'])
  })
})
