// The scene of firm creates through the front: one host that two preemptible servers fill.
import { FakeNova, type FakeServer } from './fake-nova.ts'
import { FakeRooms } from './fake-rooms.ts'
import { frontHarness, type FrontHarness } from './front-harness.ts'

export let nova: FakeNova
export let rooms: FakeRooms
export let harness: FrontHarness

export async function open(settings = ''): Promise<void> {
  nova = new FakeNova()
  rooms = new FakeRooms(nova)
  harness = await frontHarness(nova.listener, {
    settings,
    prepare: ({ app }) => {
      Object.assign(app, { commands: rooms.commands(app.commands) })
      app.state.modes = { ...app.state.modes, preemption: 'enforce' }
    },
  })
  nova.nowMs = () => harness.clock.nowMs()
  nova.users.set('tok', { name: 'ann', projectId: 'aaaa', projectName: 'astro', expiresAtMs: Date.UTC(2099) })
  nova.flavors.set('1', { id: '1', vcpus: 1, ram: 512, disk: 1, extraSpecs: {} })
  nova.flavors.set('2', { id: '2', vcpus: 2, ram: 1024, disk: 1, extraSpecs: { 'quota:vif': '1' } })
  nova.hosts.set('h1', 2)
}
/** Two preemptible servers fill the only host. */
export function fill(): void {
  for (const name of ['p1', 'p2']) server(name, ['preemptible'])
}
export function server(name: string, tags: string[]): FakeServer {
  const made: FakeServer = {
    id: `id-${name}`,
    name,
    projectId: 'bbbb',
    flavorId: '1',
    metadata: {},
    hints: undefined,
    tags,
    status: 'ACTIVE',
    host: 'h1',
  }
  nova.servers.set(made.id, made)
  return made
}
export async function begin(): Promise<void> {
  await open()
  fill()
}
export const end = () => harness.close()

export function create(
  server: object = {},
  rest: { readonly hints?: object; readonly signal?: AbortSignal; readonly token?: string } = {},
) {
  const body = {
    server: { name: 'firm', flavorRef: '1', imageRef: 'img', ...server },
    ...(rest.hints === undefined ? {} : { 'os:scheduler_hints': rest.hints }),
  }
  return harness.send({
    method: 'POST',
    path: '/v2.1/servers',
    headers: ['X-Auth-Token', rest.token ?? 'tok', 'Content-Type', 'application/json'],
    body: JSON.stringify(body),
    ...(rest.signal === undefined ? {} : { signal: rest.signal }),
  })
}
export const named = (name: string) => [...nova.servers.values()].filter((each) => each.name === name)
export const creates = (room: string) => harness.front.figures.creates.get(room) ?? 0

export async function until(what: string, met: () => boolean): Promise<void> {
  for (const endMs = performance.now() + 20_000; performance.now() < endMs; ) {
    if (met()) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error(`waited in vain for ${what}`)
}
export const waiting = (count = 1) => until(`${count} waiting`, () => harness.front.figures.waiting === count)
/** Time passes until it is so: what waits for the clock goes on. */
export async function passing(what: string, met: () => boolean): Promise<void> {
  await until(what, () => {
    void harness.clock.advance(100)
    return met()
  })
}
