// Work per watt on a whole server: with figures and the weigher in the configuration the best host takes what comes, a request
// as well as a lease; with figures alone nothing changes.
import { SimulatedCloud } from '@gleaner/driver-simulated'
import { cloudId, projectId } from '@gleaner/model'
import type { Clock } from '@gleaner/ports'
import { afterEach, expect, it } from 'vitest'
import { realClock } from '../clock/real-clock.ts'
import { startTestServer, type TestServer } from './test-server.ts'

let server: TestServer | undefined
afterEach(async () => {
  await server?.stop()
  server = undefined
})

const cloud = cloudId('sim')
const emptyCloud = (clock: Clock) =>
  new SimulatedCloud({ clock, id: 'sim', seed: 11, hosts: 4, instances: 0, projects: 3, desktops: 0, activity: 0 })

/** Where a small request and a lease of one host go. */
async function chosen(config: string): Promise<{ readonly request: string; readonly lease: string }> {
  const started = await startTestServer({
    config: `policy: { snapshotMaxAge: 600m }\n${config}`,
    makeClouds: (clock) => [emptyCloud(clock)],
  })
  server = started
  const { app, clock } = started
  await started.until('a leader that has read the cloud', () =>
    app.state.fence !== undefined && app.state.ready && app.state.clouds.get(cloud)?.snapshot !== undefined
      ? true
      : undefined,
  )
  const startMs = clock.nowMs() + 3_600_000
  const { book, slot } = await app.commands.planLease({
    cloudId: cloud,
    projectId: projectId(cloud, 'web-shop'),
    window: { startMs, endMs: startMs + 3_600_000 },
    durationMs: undefined,
    reservations: [{ wish: { kind: 'hosts', min: 1, max: 1 }, filter: undefined }],
  })
  const request = { preemptible: false, vcpus: 1, ramMiB: 512, diskGiB: 1, count: 1 }
  const { answer } = app.commands.previewRoom({ cloudId: cloud, request })
  if (!slot.found) throw new Error(slot.sentence)
  await started.stop()
  server = undefined
  return { request: answer.placements[0]?.host ?? '', lease: book.hosts[slot.shares[0]?.[0]?.host ?? -1]?.name ?? '' }
}

it('the host that does most work per watt takes what comes, once the weigher is set', {
  timeout: 180_000,
}, async () => {
  const { hosts } = await emptyCloud(realClock).observe(new AbortController().signal)
  const usual = await chosen('')
  const [best = '', next = ''] = hosts
    .map(({ name }) => name)
    .filter((name) => name !== usual.request && name !== usual.lease)
  // One has less, two have none.
  const power = `power:\n  hosts: [{ name: ${best}, operationsPerS: 9.0e+9 }, { name: ${next}, operationsPerS: 1.0e+6 }]`
  expect(await chosen(power)).toEqual(usual)
  expect(await chosen(`${power}\nplacement: { weighers: { EfficiencyWeigher: 100 } }`)).toEqual({
    request: best,
    lease: best,
  })
})
