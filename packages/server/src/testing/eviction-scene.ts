// The scene of the tests of preemption: a whole server with a real store, and a simulated cloud that is filled to the brim
// with preemptible instances of one size. Its time runs 60 times faster, so that a test has time to do something during a
// notice of some minutes.
import { type EvictionDecision, type Host, type InstanceId, type Mode, projectId } from '@gleaner/model'
import { acceleratedClock } from '../clock/accelerated-clock.ts'
import type { RoomDecision, RoomRequest } from '../preemption/room.ts'
import { startTestServer, type TestServer, testStartMs } from './test-server.ts'

export const never = new AbortController().signal
export const patient = { timeout: 300_000 }
const speed = 60

export let server: TestServer

/** `by-command`: the file does not set the mode, so that commands may. */
export async function start(mode: Mode | 'by-command' = 'enforce', more = '', timesFaster = speed): Promise<void> {
  server = await startTestServer({
    clock: acceleratedClock(testStartMs, timesFaster),
    config: `
modes: ${mode === 'by-command' ? '{}' : `{ preemption: ${mode} }`}
policy: { snapshotMaxAge: 60m, telemetryMaxAge: 60m, budgets: { actionsPerMinute: 1000 } }
preemption:
  notice: 2m
  backOff: 1m
  hold: 60m
${more}
`,
  })
  await server.until('leadership', () =>
    server.app.state.fence !== undefined && server.app.state.ready ? true : undefined,
  )
}

let requests = 0
export const size = { vcpus: 8, memoryMiB: 16 * 1024, diskGiB: 40 }

export function request(change: Partial<RoomRequest> = {}): RoomRequest {
  return {
    requestId: `request-${++requests}`,
    cloudId: server.cloud.id,
    projectId: projectId(server.cloud.id, 'web-shop'),
    name: 'big',
    flavor: undefined,
    firmness: 'firm',
    count: 1,
    hints: {},
    ...size,
    ...change,
  }
}

export const hosts = async (): Promise<readonly Host[]> => (await server.cloud.observe(never)).hosts
export const look = async (id: InstanceId) => (await server.cloud.look(id, never)).instance

/** Fills every host with preemptible instances of the size until nothing of it fits any more; resolves when Gleaner has seen it. */
export async function fill(tags: readonly string[] = []): Promise<readonly InstanceId[]> {
  const made: InstanceId[] = []
  for (const host of await hosts()) {
    for (;;) {
      const id = await server.cloud.creation
        .create(
          {
            ...size,
            name: `filler-${made.length + 1}`,
            projectId: projectId(server.cloud.id, 'data-science'),
            hostId: host.id,
            flavor: 'filler',
            firmness: 'preemptible',
            tags,
            idempotencyKey: `fill-${made.length}`,
          },
          never,
        )
        .catch(() => undefined)
      if (id === undefined) break
      made.push(id)
    }
  }
  await server.until('all fillers running in the reading', () => {
    const snapshot = server.app.state.clouds.get(server.cloud.id)?.snapshot
    return made.every((id) => snapshot?.instanceById.get(id)?.state === 'running') ? true : undefined
  })
  return made
}

export function making(decision: RoomDecision): Extract<RoomDecision, { state: 'making' }> {
  if (decision.state !== 'making') throw new Error(`it is ${JSON.stringify(decision)}`)
  return decision
}

export const decisionOf = (id: string) => server.app.store.evictions.decision(id)

export async function ended(id: string): Promise<EvictionDecision> {
  return server.until('the decision to end', async () => {
    const decision = await decisionOf(id)
    return decision !== undefined && ['done', 'failed', 'cancelled'].includes(decision.state) ? decision : undefined
  })
}

export async function inState(id: string, ...states: readonly EvictionDecision['state'][]): Promise<EvictionDecision> {
  return server.until(`the decision to be ${states.join(' or ')}`, async () => {
    const decision = await decisionOf(id)
    return decision !== undefined && states.includes(decision.state) ? decision : undefined
  })
}

export async function evicted(): Promise<readonly string[]> {
  const { items } = await server.app.store.journal.list({}, { limit: 1000, offset: 0 })
  return items
    .filter(({ capability, action, state }) => capability === 'preemption' && action !== 'start' && state === 'done')
    .map(({ targetName }) => targetName)
}

/** Every preemptible instance of the fillers that runs. */
export async function running(ids: readonly InstanceId[]): Promise<number> {
  const states = await Promise.all(ids.map(async (id) => (await look(id))?.state))
  return states.filter((state) => state === 'running').length
}
