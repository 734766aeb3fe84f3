// What the tests of leases add to the scene: an operator, olga, with a token, and how she asks for leases.
import { type HostState, type Lease, type LeaseView, projectId } from '@gleaner/model'
import type { Clock, Cloud } from '@gleaner/ports'
import { hashSecret, newSecret } from '../auth/token-secret.ts'
import type { LeaseRequest } from '../reservation/lease-request.ts'
import { callApi } from './call-api.ts'
import { begin, reading, type Scene, server } from './scene.ts'
import { fourHosts, testStartMs } from './test-server.ts'

let olgasToken = ''

export async function start({ speed = 1, config = '', ...rest }: Partial<Omit<Scene, 'size'>> = {}): Promise<void> {
  const policy = 'policy: { snapshotMaxAge: 600m, telemetryMaxAge: 600m, budgets: { actionsPerMinute: 1000 } }'
  await begin({ ...rest, speed, config: `${policy}\n${config}` })
  // A server that goes on with the database of another finds olga there, and each name counts once.
  const { atMs = testStartMs } = rest
  olgasToken = await tokenFor(atMs === testStartMs ? 'olga' : `olga-${atMs}`, 'operator')
}

export async function tokenFor(
  name: string,
  role: 'operator' | 'member',
  projects: readonly string[] = [],
): Promise<string> {
  const secret = newSecret()
  const made = { name, role, projects, createdAtMs: 0, createdBy: 'test', expiresAtMs: undefined }
  await server.app.store.tokens.create(made, hashSecret(secret))
  return secret
}

export type LeaseAnswer = LeaseView & { readonly detail: string; readonly code: string }

/** Requests of whoever has the token; olga's if absent. */
export const asBearer =
  (token?: string) =>
  <T = LeaseAnswer>(method: string, path: string, body?: object) =>
    callApi<T>({ url: server.url, token: token ?? olgasToken }, { method, path, body })

export const http = <T = LeaseAnswer>(method: string, path: string, body?: object) => asBearer()<T>(method, path, body)

export const hostCount = (): number => reading()?.hosts.length ?? 0

export const inState = (id: string, state: Lease['state']) =>
  server.until(`the lease to be ${state}`, async () => {
    const lease = await server.app.store.leases.find(id)
    return lease?.state === state ? lease : undefined
  })

/** What the project of a lease was told of it. */
export const toldOf = async ({ id, cloud }: LeaseView): Promise<readonly string[]> =>
  (await server.app.store.notices.forInstance(`${cloud}:${id}`, 20)).map(({ sentence }) => sentence)

/** The cloud of every test server, with some hosts, by name, that are said to be in other states. */
export function withHostStates(clock: Clock, states: ReadonlyMap<string, HostState>): Cloud {
  return new Proxy(fourHosts(clock), {
    get: (target, name) => {
      if (name === 'observe')
        return async (signal: AbortSignal) => {
          const read = await target.observe(signal)
          return { ...read, hosts: read.hosts.map((host) => ({ ...host, state: states.get(host.name) ?? host.state })) }
        }
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** Hosts a small request of the project could go to now; or why to none. */
export function placedOn(project: string, lease?: string, avoidHosts: readonly string[] = []): string {
  const { answer } = server.app.commands.previewRoom({
    cloudId: server.cloud.id,
    request: {
      preemptible: true,
      vcpus: 0.001,
      ramMiB: 1,
      diskGiB: 0,
      count: 1,
      hints: { project, avoidHosts: [...avoidHosts], ...(lease === undefined ? {} : { lease }) },
    },
  })
  return answer.placements[0]?.host ?? `nowhere: ${JSON.stringify(answer.reasons)}`
}

/** As it is asked for over HTTP. */
export const wish = (name: string, more: object = {}) => ({
  name,
  project: 'web-shop',
  duration: '1h',
  reservations: [{ min: 1 }],
  ...more,
})

export const post = (body: object, token?: string) => asBearer(token)('POST', 'leases', body)

/** As the commands take it. */
export const request = (name: string, more: Partial<LeaseRequest> = {}): LeaseRequest => {
  const nowMs = server.clock.nowMs()
  return {
    name,
    cloudId: server.cloud.id,
    projectId: projectId(server.cloud.id, 'web-shop'),
    window: { startMs: nowMs, endMs: nowMs + 3_600_000 },
    durationMs: undefined,
    reservations: [{ wish: { kind: 'hosts', min: 1, max: 1 }, filter: undefined }],
    endAction: 'nothing',
    noticeMs: 0,
    holdMs: undefined,
    ...more,
  }
}
