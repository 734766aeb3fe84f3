import { VirtualClock } from '@gleaner/testkit'
import { expect, it } from 'vitest'
import { apiHarness } from '../../testing/api-harness.ts'
import { plainInstance, plainInstances, plainJournalEntry } from '../../testing/plain-objects.ts'

/** web-1 of physics and db-1 of chemistry, both suspended for two hours by two rules. */
async function saved() {
  const clock = new VirtualClock(Date.UTC(2026, 2, 4, 9, 30))
  const nowMs = clock.nowMs()
  const instances = plainInstances(nowMs).map((instance) => ({ ...instance, state: 'suspended' as const }))
  const harness = await apiHarness({ clock, instances })
  for (const [index, cause] of [
    [0, 'night'],
    [3, 'idle'],
  ] as const) {
    const instance = instances[index]
    if (instance === undefined) throw new Error('there are four instances')
    harness.content.journal.push({
      ...plainJournalEntry(`act_${index}`, instance, nowMs),
      cause,
      finishedAtMs: nowMs - 7_200_000,
    })
  }
  return harness
}

it('tells each rule what it gave back, and all together', async () => {
  const { api, as, secretOf } = await saved()
  const answer = (await as(secretOf('viewer'), { url: '/api/v1/savings?for=1d' })).json()
  expect(answer).toMatchObject({
    from: '2026-03-03T09:30:00.000Z',
    to: '2026-03-04T09:30:00.000Z',
    by: 'rule',
    items: [
      { key: 'idle', actionsDone: 1, undone: 0, physicalMemoryGiBHours: 4, now: { instances: 1 } },
      { key: 'night', actionsDone: 1, undone: 0, physicalMemoryGiBHours: 4, now: { instances: 1 } },
    ],
    total: { actionsDone: 2, physicalMemoryGiBHours: 8, sellableMemoryGiBHours: 0, now: { instances: 2 } },
  })
  await api.close()
})

it('estimates the energy of each rule, where the hour before was metered', async () => {
  const { api, as, secretOf, content } = await saved()
  // Both actions were begun at 8:30. From seven to eight the work of web-1 drew 30 W; nothing is known of the other.
  const { id: instanceId, hostId } = plainInstance('web-1')
  if (hostId === undefined) throw new Error('web-1 is on a host')
  const atMs = Date.UTC(2026, 2, 4, 7)
  content.tenantHours.push({ instanceId, hostId, atMs, dynamicJ: 30 * 3600, measuredMs: 3_600_000 })
  const { items, total } = (await as(secretOf('viewer'), { url: '/api/v1/savings?for=1d' })).json()
  const energyOf = ({ key, energy }: { key: string; energy: object }) => [key, energy]
  expect(items.map(energyOf)).toEqual([
    ['idle', { knownOf: 0, unknownOf: 1 }],
    ['night', { kWh: 0.06, knownOf: 1, unknownOf: 0 }],
  ])
  expect(total.energy).toEqual({ kWh: 0.06, knownOf: 1, unknownOf: 1 })
  const physics = (await as(secretOf('member'), { url: '/api/v1/savings' })).json()
  expect(physics.total.energy).toEqual({ kWh: 0.06, knownOf: 1, unknownOf: 0 })
  await api.close()
})

it('counts for a member what is of its projects only', async () => {
  const { api, as, secretOf } = await saved()
  const answer = (await as(secretOf('member'), { url: '/api/v1/savings?by=project' })).json()
  expect(answer).toMatchObject({ items: [{ key: 'physics', actionsDone: 1 }], total: { actionsDone: 1 } })
  expect(answer.items).toHaveLength(1)
  await api.close()
})

it.each(['0s', '367d', 'soon', ''])('refuses the span "%s"', async (span) => {
  const { api, as, secretOf } = await saved()
  const answer = await as(secretOf('viewer'), { url: `/api/v1/savings?for=${span}` })
  expect(answer.statusCode).toBe(400)
  expect(answer.json().detail).toContain('for')
  await api.close()
})
