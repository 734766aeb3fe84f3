// The real OpenStack of labs/openstack, which `labs/openstack/test` has brought up: settings, servers to try on, and a look at
// it from another side.
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import type { Clock } from '@gleaner/ports'
import {
  type CloudSettings,
  isStatus,
  type JsonObject,
  loadCloudSettings,
  type NovaServer,
  openConnection,
  type OpenStackConnection,
  settingsFromEntry,
} from '@gleaner/wire-openstack'
import { TcpRelay } from './tcp-relay.ts'

export const realClock: Clock = {
  speed: 1,
  nowMs: () => Date.now(),
  sleep: (durationMs, signal) => sleep(durationMs, undefined, { ...(signal && { signal }) }),
}

const never = new AbortController().signal
const patienceMs = 120_000

export interface LabUser {
  readonly projectId: string
  readonly userId: string
  readonly entry: JsonObject
  readonly connection: OpenStackConnection
  /** Makes another user an administrator of the project. */
  letIn(userId: string): Promise<void>
  forget(): Promise<void>
}

export class OpenStackLab {
  readonly settings: CloudSettings
  /** The administrator's own, past every relay. */
  readonly direct: OpenStackConnection
  readonly imageId: string
  readonly folder: string

  private constructor(folder: string, settings: CloudSettings, imageId: string) {
    this.folder = folder
    this.settings = settings
    this.direct = openConnection({ settings, clock: realClock, timeoutMs: 60_000 })
    this.imageId = imageId
  }

  /** FOLDER is what `labs/openstack/up FOLDER` was given. */
  static async find(folder: string): Promise<OpenStackLab> {
    const settings = await loadCloudSettings({ cloud: 'lab', file: join(folder, 'etc/clouds.yaml'), env: {} })
    const probe = openConnection({ settings, clock: realClock, timeoutMs: 60_000 })
    const token = await probe.session.token(never)
    await probe.close()
    const glance = token.catalogue.find(({ service }) => service === 'image')?.url ?? ''
    const answer = await fetch(`${glance}/v2/images?name=blank`, { headers: { 'x-auth-token': token.id } })
    const { images } = (await answer.json()) as { readonly images: readonly { readonly id: string }[] }
    return new OpenStackLab(folder, settings, images[0]?.id ?? '')
  }

  async projectId(): Promise<string> {
    return (await this.direct.session.token(never)).projectId ?? ''
  }

  /** A running server; flavor 1 is tiny, 2 small, 3 medium, 4 large. */
  async boot(change: JsonObject = {}): Promise<NovaServer> {
    const server = { name: 'guest', imageRef: this.imageId, flavorRef: '1', networks: 'none', ...change }
    const id = await this.direct.nova.create(server, undefined, never)
    return this.until(id, (now) => now?.vmState === 'active' && now.taskState === undefined) as Promise<NovaServer>
  }

  async until(id: string, holds: (server: NovaServer | undefined) => boolean): Promise<NovaServer | undefined> {
    for (const endMs = Date.now() + patienceMs; ; await sleep(300)) {
      const server = await this.direct.nova.server(id, never)
      if (holds(server)) return server
      if (Date.now() > endMs) throw new Error(`${id} is ${server?.status ?? 'gone'} (${server?.taskState})`)
    }
  }

  async act(id: string, body: JsonObject): Promise<void> {
    await this.direct.nova.act(id, { body }, never)
  }

  async remove(id: string): Promise<void> {
    if ((await this.direct.nova.server(id, never)) === undefined) return
    await this.act(id, { forceDelete: null }).catch((error: unknown) => {
      if (!isStatus(error, 404)) throw error
    })
    await this.until(id, (server) => server === undefined)
  }

  async removeAll(): Promise<void> {
    const ids: string[] = []
    for await (const { servers } of this.direct.nova.servers({}, never)) ids.push(...servers.map(({ id }) => id))
    await Promise.all(ids.map((id) => this.remove(id)))
  }

  /** A call of keystone's own interface, as the administrator. */
  async identity(method: string, path: string, body?: JsonObject): Promise<JsonObject> {
    const token = await this.direct.session.token(never)
    const headers = { 'x-auth-token': token.id, 'content-type': 'application/json' }
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await fetch(`${this.settings.authUrl}${path}`, { method, headers, ...sent })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    const text = await answer.text()
    return text === '' ? {} : (JSON.parse(text) as JsonObject)
  }

  /** A user with one role in one project of its own; both are gone after `forget`. */
  async user(name: string, role: string): Promise<LabUser> {
    const domain = { domain_id: 'default' }
    const project = await this.identity('POST', '/projects', { project: { name, ...domain } })
    const user = await this.identity('POST', '/users', { user: { name, password: name, ...domain } })
    const projectId = idOf(project['project'])
    const userId = idOf(user['user'])
    const { roles } = await this.identity('GET', '/roles')
    const roleId = (wanted: string) => idOf((roles as readonly JsonObject[]).find((each) => each['name'] === wanted))
    await this.identity('PUT', `/projects/${projectId}/users/${userId}/roles/${roleId(role)}`)
    const entry = {
      auth: { auth_url: this.settings.authUrl, username: name, password: name, project_name: name },
      region_name: this.settings.region ?? null,
    }
    const connection = openConnection({ settings: settingsFromEntry(entry), clock: realClock, timeoutMs: 60_000 })
    return {
      projectId,
      userId,
      entry,
      connection,
      letIn: async (otherId) => {
        await this.identity('PUT', `/projects/${projectId}/users/${otherId}/roles/${roleId('admin')}`)
      },
      forget: async () => {
        await connection.close()
        await this.identity('DELETE', `/users/${userId}`)
        await this.identity('DELETE', `/projects/${projectId}`)
      },
    }
  }

  /** The same cloud by way of relays. */
  async relayed(): Promise<{ readonly entry: JsonObject; readonly relays: readonly TcpRelay[] }> {
    const { auth, authUrl, region } = this.settings
    const { catalogue } = await this.direct.session.token(never)
    const urlOf = (type: string) => catalogue.find(({ service }) => service === type)?.url ?? ''
    const keystone = await TcpRelay.start(authUrl)
    const nova = await TcpRelay.start(urlOf('compute'))
    const placement = await TcpRelay.start(urlOf('placement'))
    const given = Object.entries(auth).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))
    const entry: JsonObject = {
      auth: { ...(Object.fromEntries(given) as JsonObject), auth_url: keystone.url },
      region_name: region ?? null,
      compute_endpoint_override: nova.url,
      placement_endpoint_override: placement.url,
    }
    return { entry, relays: [keystone, nova, placement] }
  }
}

function idOf(value: unknown): string {
  return String((value as { readonly id?: unknown } | undefined)?.id)
}
