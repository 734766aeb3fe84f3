// What `gleaner config check` tells about an OpenStack cloud: reachable, which versions, and each right that is needed, with
// the rule of the policy that gives it. Only reads.
import { describeError, isError } from '@gleaner/model'
import type { CheckItem, Clock } from '@gleaner/ports'
import { isAtLeast, isStatus, type OpenStackConnection, SettingsError } from '@gleaner/wire-openstack'
import type { BusTrial } from './change-feed.ts'
import { toCloudError } from './cloud-error.ts'

interface CheckOptions {
  readonly where: string
  readonly clock: Clock
  readonly diagnostics: number
  /** Undefined where no bus is configured. */
  readonly bus: (() => Promise<BusTrial>) | undefined
  readonly connect: () => Promise<OpenStackConnection>
}

/** Two clocks that are further apart than this are worth a word. */
const clockToleranceMs = 5_000

export async function checkCloud(options: CheckOptions, signal: AbortSignal): Promise<readonly CheckItem[]> {
  const items: CheckItem[] = []
  const part = async (what: string, read: () => Promise<string>, remedies: Remedies = {}): Promise<boolean> => {
    try {
      items.push({ what, ok: true, detail: await read() })
      return true
    } catch (error) {
      signal.throwIfAborted()
      const fault = toCloudError(error, { where: options.where, object: what })
      const otherwise = isError(fault) ? fault.remedy : ''
      items.push({ what, ok: false, detail: describeError(fault), remedy: remedyFor(error, remedies) ?? otherwise })
      return false
    }
  }

  let connection: OpenStackConnection | undefined
  const isKnown = await part(
    'keystone',
    async () => {
      connection = await options.connect()
      const token = await connection.session.token(signal)
      const scope = token.projectId === undefined ? 'no project' : `project ${token.projectId}`
      return `user ${token.userName}, ${scope}, roles ${token.roles.join(', ') || 'none'}`
    },
    { refused: 'Correct the user, password or application credential in clouds.yaml, secure.yaml or the environment.' },
  )
  if (!isKnown || connection === undefined) return items
  const { nova, placement, keystone } = connection

  const answers = await part('nova', async () => {
    const { lowest, highest } = await nova.microversions(signal)
    const lacking = [
      ...(isAtLeast(highest, '2.74') ? [] : ['create on a host of one’s choice only by availability zone']),
      ...(isAtLeast(highest, '2.91') ? [] : ['no host of one’s choice when a shelved server comes back']),
    ]
    return [`microversions ${lowest} to ${highest}`, ...lacking].join('; ')
  })
  if (!answers) return items
  await part(
    'instances of all projects',
    async () => {
      for await (const { servers, sentAtMs } of nova.servers({ status: 'ACTIVE' }, signal)) {
        const hidden = servers.some((server) => !server.showsHost)
        if (hidden) throw new MissingRight('os_compute_api:os-extended-server-attributes')
        return `readable${clockWord(sentAtMs, options.clock.nowMs())}`
      }
      return 'readable'
    },
    { right: 'os_compute_api:servers:detail:get_all_tenants' },
  )
  await part('hosts', async () => `${(await nova.hypervisors(signal)).length} hypervisors`, {
    right: 'os_compute_api:os-hypervisors:list-detail',
  })
  await part('compute services', async () => `${(await nova.services(signal)).length} services`, {
    right: 'os_compute_api:os-services:list',
  })
  await part('aggregates', async () => `${(await nova.aggregates(signal)).length} aggregates`, {
    right: 'os_compute_api:os-aggregates:index',
  })
  await part(
    'placement',
    async () => {
      const { lowest, highest } = await placement.microversions(signal)
      const providers = await placement.providers(signal)
      return `microversions ${lowest} to ${highest}, ${providers.length} resource providers`
    },
    { right: 'placement:resource_providers:list', missing: 'Name an endpoint of placement in the catalogue.' },
  )
  await part('names of projects', async () => `${(await keystone.projects(signal)).length} projects`, {
    right: 'identity:list_projects',
  })
  const bus = await options.bus?.()
  if (bus !== undefined) {
    const remedy = 'Correct the address of RabbitMQ in notifications; without the bus nova is asked what has changed.'
    items.push({ what: 'bus', ok: bus.isConnected, detail: bus.detail, ...(!bus.isConnected && { remedy }) })
  }
  items.push({
    what: 'usage figures',
    ok: true,
    detail:
      options.diagnostics > 0
        ? `nova's diagnostics, of at most ${options.diagnostics} instances in one sampling; memory is an upper bound`
        : 'none from nova (diagnostics: 0); without a telemetry source every instance counts as in use',
  })
  return items
}

interface Remedies {
  /** The rule of the policy that is needed. */
  readonly right?: string
  readonly refused?: string
  readonly missing?: string
}

class MissingRight extends Error {
  constructor(rule: string) {
    super(`the token may not (${rule})`)
    this.name = rule
  }
}

function remedyFor(error: unknown, { right, refused, missing }: Remedies): string | undefined {
  if (error instanceof SettingsError) return 'Correct the key that is named, in the file or the environment it is from.'
  if (error instanceof MissingRight) return rightRemedy(error.name)
  if (isStatus(error, 403) && right !== undefined) return rightRemedy(right)
  if (isStatus(error, 401)) return refused
  return missing
}

function rightRemedy(rule: string): string {
  return `Give Gleaner's user a role that the policy rule ${rule} accepts (admin by default; see docs/guides/openstack.md).`
}

function clockWord(sentAtMs: number | undefined, nowMs: number): string {
  const aheadMs = (sentAtMs ?? nowMs) - nowMs
  if (Math.abs(aheadMs) < clockToleranceMs) return ''
  return `; the cloud's clock is ${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} ours`
}
