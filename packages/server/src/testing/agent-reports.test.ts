// From the beat of an agent to what rules see of an instance, on a whole server: only on its own host, only for as long as it is heard.
import { type InstanceId, type ToldReport } from '@gleaner/model'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { joinTestDesktop } from './test-desktop.ts'
import { startTestServer, type TestServer } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({
    config:
      'periods: { observe: 10m, sample: 2m, decide: 10m }\nclouds: [{ id: sim, kind: simulated }]\nmeters: [{ id: cpu, kind: rapl, agents: true, period: 1s }]\n',
  })
  await server.until('a plan', () => (server.app.state.ready ? true : undefined))
}, 120_000)
afterAll(() => server?.stop())

const users = (id: InstanceId) => server.app.usage.latest(id, 'users')

it('what guests reported to the agent of their host is known of them, and of no others', async () => {
  const snapshot = server.app.state.clouds.get(server.cloud.id)?.snapshot
  const running = snapshot?.instances.filter(({ state }) => state === 'running') ?? []
  const mine = running[0]
  const other = running.find(({ hostId }) => hostId !== mine?.hostId)
  const host = snapshot?.hosts.find(({ id }) => id === mine?.hostId)
  if (mine === undefined || other === undefined || host === undefined) throw new Error('no instances on two hosts')
  const agent = await joinTestDesktop(server.app, host.name, { lends: false })
  const report = (instance: string): ToldReport => ({ instance, agoMs: 0, everyMs: 300_000, users: 77, idleMs: 0 })
  await agent.says('in-use', [report(mine.name), report(other.name)])
  await server.until('its users are known', () => (users(mine.id) === 77 ? true : undefined))
  expect(users(other.id)).not.toBe(77)
  // A host whose agent only reports is no desktop: nothing is closed and nothing is asked of it.
  expect(server.app.state.clouds.get(server.cloud.id)?.snapshot?.hosts.find(({ id }) => id === host.id)?.kind).toBe(
    'hypervisor',
  )
  await agent.says('in-use', [])
  await server.until('they are not known any more', () => (users(mine.id) === 77 ? undefined : true))
})

it('an agent that may not speak any more is not heard', async () => {
  const snapshot = server.app.state.clouds.get(server.cloud.id)?.snapshot
  const mine = snapshot?.instances.find(({ state }) => state === 'running')
  const host = snapshot?.hosts.find(({ id }) => id === mine?.hostId)
  if (mine === undefined || host === undefined) throw new Error('no instance')
  const agent = await joinTestDesktop(server.app, host.name, { lends: false })
  await agent.says('in-use', [{ instance: mine.name, agoMs: 0, everyMs: 300_000, users: 55, idleMs: 0 }])
  const { desktops } = server.app.store
  expect(await desktops.reports(server.clock.nowMs())).toHaveLength(1)
  expect(await desktops.reports(server.clock.nowMs() + 365 * 86_400_000)).toEqual([])
  await desktops.revoke(agent.id, 'olga', server.clock.nowMs())
  expect(await desktops.reports(server.clock.nowMs())).toEqual([])
})

it('what the processors of its host count is a meter', async () => {
  const host = server.app.state.clouds.get(server.cloud.id)?.snapshot?.hosts.at(-1)
  if (host === undefined) throw new Error('no host')
  const agent = await joinTestDesktop(server.app, host.name, { lends: false })
  let counterUj = 5_000_000
  const says = () => {
    counterUj += 900_000
    return agent.says('in-use', [], { zones: [{ name: 'package-0', counterUj, rangeUj: 262_143_328_850 }] })
  }
  await server.until('its power', async () => {
    await says()
    const outlet = server.app.energy.outlets().find(({ plan }) => plan.outlet === `cpu:${host.id}`)
    return outlet !== undefined && outlet.unknown === undefined && outlet.powerW > 0 ? true : undefined
  })
  expect(server.app.energy.meters()).toMatchObject([{ id: 'cpu', kind: 'rapl', fault: undefined }])
  // It is no desktop by that.
  expect(server.app.state.clouds.get(server.cloud.id)?.snapshot?.hostById.get(host.id)?.kind).toBe('hypervisor')
})
