// `gleaner leases`: hosts promised for a time to come; made, confirmed, changed, ended.
import type { LeasePlanView, LeaseView } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'
import { UsageError } from '../failure.ts'
import type { Moments } from '../format/moment.ts'
import { byState, type Column } from '../format/table.ts'
import { pageEnd } from './page-end.ts'

export interface LeaseOptions {
  readonly hosts?: string
  readonly instances?: string
  readonly vcpus?: string
  readonly memory?: string
  readonly disk?: string
  readonly affinity?: 'together' | 'apart'
  readonly filter?: string
  readonly project?: string
  readonly cloud?: string
  readonly start?: string
  readonly end?: string
  readonly for?: string
  readonly atEnd?: LeaseView['endAction']
  readonly notice?: string
  readonly hold?: string
  readonly wait?: string
  readonly bestEffort?: boolean
  readonly openEnded?: boolean
  readonly repeat?: string
  readonly zone?: string
  readonly skipClashes?: boolean
  readonly dryRun?: boolean
}

export async function listLeases(
  context: CommandContext,
  { state, limit = '50' }: { readonly state?: LeaseView['state']; readonly limit?: string },
): Promise<void> {
  const query = { limit: Number(limit), ...(state === undefined ? {} : { state }) }
  const page = await context.client.call('listLeases', { query })
  if (context.printJson(page)) return
  if (page.items.length === 0) return context.line('There is no lease.')
  context.table(page.items, columnsFor(await moments(context)))
  pageEnd(context, page, 'lease')
}

function columnsFor(moments: Moments): readonly Column<LeaseView>[] {
  return [
    { title: 'lease', cell: ({ name }) => name, least: 8 },
    { title: 'project', cell: ({ project }) => project, least: 8, rank: 3 },
    { title: 'state', cell: ({ state }) => state, colour: byState(({ state }) => state) },
    { title: 'from', cell: ({ start }) => moments.at(start), right: true },
    { title: 'to', cell: ({ end }) => moments.at(end), right: true },
    { title: 'hosts', cell: (lease) => placeOf(lease, moments), least: 12, rank: 1 },
    { title: 'at the end', cell: ({ endAction }) => endAction, rank: 4 },
    { title: 'by', cell: ({ by }) => by, rank: 5 },
  ]
}

function placeOf(lease: LeaseView, moments: Moments): string {
  const { waiting } = lease
  if (waiting === undefined) return hostsOf(lease)
  const earliest = waiting.earliest === undefined ? '' : `, earliest ${moments.at(waiting.earliest)}`
  return `number ${waiting.position} of ${waiting.of}${earliest}`
}

export async function showLease(context: CommandContext, id: string): Promise<void> {
  const lease = await context.client.call('getLease', { params: { id } })
  if (context.printJson(lease)) return
  const times = await moments(context)
  context.line(`${lease.name} (${lease.id})`)
  context.say(`${sentence(lease, times)} Made by ${lease.by} for ${lease.project}; at the end: ${lease.endAction}.`)
  for (const reservation of lease.reservations) context.say(reservationWords(reservation))
  if (lease.series !== undefined)
    context.say(`One of the series ${lease.series.id}: ${lease.series.rule}, by the clock of ${lease.series.timeZone}.`)
  for (const { at, from, to, because } of lease.swaps ?? [])
    context.say(`${times.at(at)}: ${from} was replaced by ${to.join(', ')}; ${because}.`)
  context.table(lease.events, [
    { title: 'event', cell: ({ kind }) => kind },
    { title: 'due', cell: ({ at }) => times.at(at), right: true },
    { title: 'state', cell: ({ state }) => state, colour: byState(({ state }) => state) },
    { title: 'outcome', cell: ({ outcome }) => outcome ?? '', least: 20, rank: 1 },
  ])
}

export async function createLease(context: CommandContext, name: string, options: LeaseOptions): Promise<void> {
  const { atEnd, notice, hold, wait, zone, skipClashes } = options
  if (zone !== undefined || skipClashes !== undefined)
    throw new UsageError('--zone and --skip-clashes are about leases that repeat.', 'Give --repeat, or leave them out.')
  const wish = {
    ...wishOf(options),
    ...(hold === undefined ? {} : { holdFor: hold }),
    ...(wait === undefined ? {} : { waitFor: wait }),
  }
  if (options.dryRun === true) {
    const plan = await context.client.call('planLease', { body: { name, ...wish } })
    if (!plan.feasible) context.fail()
    if (context.printJson(plan)) return
    printPlan(context, plan, await moments(context))
    if (!plan.feasible && wait !== undefined) context.say('It would wait for a place.')
    return
  }
  const body = {
    name,
    ...wish,
    ...(atEnd === undefined ? {} : { endAction: atEnd }),
    ...(notice === undefined ? {} : { notice }),
  }
  await printLease(context, await context.client.call('createLease', { body }))
}

function reservationWords({ min, max, filter, hosts, instances }: LeaseView['reservations'][number]): string {
  const condition = filter === undefined ? '' : ` with ${filter}`
  if (instances === undefined)
    return `${min === max ? min : `${min} to ${max}`} host${max === 1 ? '' : 's'}${condition}: ${hosts.join(', ') || 'none yet'}`
  const { amount, vcpus, memoryMiB, diskGiB, affinity, on } = instances
  const where = on.map(({ host, instances: count }) => `${count} on ${host}`).join(', ') || 'nowhere yet'
  const each = `${vcpus} vCPU, ${memoryMiB} MiB, ${diskGiB} GiB each`
  return `Room for ${amount} instance${amount === 1 ? '' : 's'} of ${each}${affinity === undefined ? '' : `, ${affinity}`}${condition}: ${where}`
}

export function wishOf({
  filter,
  project,
  cloud,
  start,
  end,
  for: duration,
  bestEffort,
  openEnded,
  ...what
}: LeaseOptions) {
  return {
    ...(project === undefined ? {} : { project }),
    ...(cloud === undefined ? {} : { cloud }),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...(duration === undefined ? {} : { duration }),
    ...(bestEffort === undefined ? {} : { bestEffort }),
    ...(openEnded === undefined ? {} : { openEnded }),
    reservations: [{ ...sizeOf(what), ...(filter === undefined ? {} : { filter }) }],
  }
}

type SizeOptions = Pick<LeaseOptions, 'hosts' | 'instances' | 'vcpus' | 'memory' | 'disk' | 'affinity'>

/** Hosts, or room; where both or none are given the server says what is wrong. */
function sizeOf({ hosts, instances, vcpus, memory, disk, affinity }: SizeOptions) {
  return {
    ...(hosts === undefined ? {} : countsOf(hosts)),
    ...(instances === undefined
      ? {}
      : {
          instances: {
            amount: Number(instances),
            ...(vcpus === undefined ? {} : { vcpus: Number(vcpus) }),
            ...(memory === undefined ? {} : { memoryMiB: Number(memory) }),
            ...(disk === undefined ? {} : { diskGiB: Number(disk) }),
            ...(affinity === undefined ? {} : { affinity }),
          },
        }),
  }
}

function countsOf(hosts: string) {
  const [min = '', max = min] = hosts.split('-')
  return { min: Number(min), max: Number(max) }
}

export async function confirmLease(context: CommandContext, id: string): Promise<void> {
  await printLease(context, await context.client.call('confirmLease', { params: { id } }))
}

export async function renewLease(context: CommandContext, id: string): Promise<void> {
  await printLease(context, await context.client.call('renewLease', { params: { id } }))
}

export interface ChangeOptions extends Pick<LeaseOptions, 'start' | 'end' | 'hosts' | 'instances'> {
  readonly name?: string
}

export async function changeLease(context: CommandContext, id: string, options: ChangeOptions): Promise<void> {
  const { name, start, end, hosts, instances } = options
  if (Object.keys(options).length === 0)
    throw new UsageError('There is nothing to change.', 'Give --name, --start, --end, --hosts or --instances.')
  if (hosts !== undefined && instances !== undefined)
    throw new UsageError('--hosts and --instances exclude each other.', 'Give the one that the lease is on.')
  const body = {
    ...(name === undefined ? {} : { name }),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...(hosts === undefined ? {} : { sizes: [countsOf(hosts)] }),
    ...(instances === undefined ? {} : { sizes: [{ amount: Number(instances) }] }),
  }
  await printLease(context, await context.client.call('updateLease', { params: { id }, body }))
}

export async function swapLeaseHost(context: CommandContext, id: string, host: string): Promise<void> {
  await printLease(context, await context.client.call('swapLeaseHost', { params: { id }, body: { host } }))
}

export async function endLease(context: CommandContext, id: string): Promise<void> {
  const lease = await context.client.call('endLease', { params: { id } })
  // One that runs is over within a moment: its hosts are cleared and opened first.
  if (lease.state !== 'active') return printLease(context, lease)
  if (context.printJson(lease)) return
  context.say(`${lease.name} ends now: ${hostsOf(lease)} will be given back.`)
}

async function printLease(context: CommandContext, lease: LeaseView): Promise<void> {
  if (context.printJson(lease)) return
  context.say(sentence(lease, await moments(context)))
}

function sentence(lease: LeaseView, times: Moments): string {
  if (lease.state === 'waiting') return waitingWords(lease, times)
  if (hostsOf(lease) === '') return `${lease.name} is ${lease.state}; it had no place.`
  const when = `from ${times.at(lease.start)} to ${times.at(lease.end)} on ${hostsOf(lease)}${gotWords(lease)}`
  if (lease.state === 'proposed')
    return `${lease.name} is held for you ${when}; confirm it before ${times.at(lease.heldUntil ?? lease.start)}: gleaner leases confirm ${lease.name}`
  return `${lease.name} is ${lease.state}, ${when}.${openEndedWords(lease, times)}${longestWords(lease, times)}${unusedWords(lease, times)}`
}

function longestWords({ end, longestUntil }: LeaseView, times: Moments): string {
  if (longestUntil === undefined) return ''
  return longestUntil > end
    ? ` It could be extended until ${times.at(longestUntil)}.`
    : ' It cannot be extended: others have its hosts from then on.'
}

function openEndedWords({ openEnded, state }: LeaseView, times: Moments): string {
  if (openEnded === undefined || (state !== 'pending' && state !== 'active')) return ''
  const { term, renewBy } = openEnded
  const by = renewBy === undefined ? '' : `, until ${times.at(renewBy)}; later only if gleaner leases renew says so`
  return ` It has no end: it is renewed by ${term} at a time${by}.`
}

function waitingWords({ name, start, end, waiting }: LeaseView, times: Moments): string {
  const window = `for a place from ${times.at(start)} to ${times.at(end)}`
  if (waiting === undefined) return `${name} waits ${window}.`
  const { position, of, until, earliest } = waiting
  const outlook =
    earliest === undefined ? 'As things are there will be none' : `As things are the earliest is ${times.at(earliest)}`
  return `${name} waits ${window}: number ${position} of ${of} on the waitlist, until ${times.at(until)}. ${outlook}.`
}

/** Of one that took what was there. */
function gotWords({ reservations }: LeaseView): string {
  const got = reservations.flatMap(({ asked, instances, hosts }) =>
    asked === undefined ? [] : [`${instances?.amount ?? hosts.length} of ${asked}`],
  )
  return got.length === 0 ? '' : ` (${got.join(', ')} asked for)`
}

function unusedWords({ unused }: LeaseView, times: Moments): string {
  if (unused === undefined) return ''
  const empty = ` Nothing of its project has been on its hosts since ${times.at(unused.since)}`
  if (unused.endedAt !== undefined) return `${empty}; it was ended for that at ${times.at(unused.endedAt)}.`
  return unused.endsAt === undefined
    ? `${empty}.`
    : `${empty}; it ends at ${times.at(unused.endsAt)} unless it is used before.`
}

function printPlan(context: CommandContext, plan: LeasePlanView, times: Moments): void {
  if (plan.slot !== undefined) {
    const { start, end, hosts } = plan.slot
    return context.say(`It would be from ${times.at(start)} to ${times.at(end)} on ${hosts.flat().join(', ')}.`)
  }
  if (plan.refusal === undefined) return
  const { refusal } = plan
  context.say(refusal.sentence)
  for (const { kind, hosts, start, end, rest } of refusal.alternatives) {
    const then = rest === undefined ? '' : `, then on others from ${times.at(rest.start)} to ${times.at(rest.end)}`
    context.line(`  ${kind}: ${hosts} host${hosts === 1 ? '' : 's'} from ${times.at(start)} to ${times.at(end)}${then}`)
  }
  context.table(refusal.out, [
    { title: 'host', cell: ({ host }) => host },
    { title: 'out because', cell: ({ code }) => code },
    {
      title: 'promised',
      cell: ({ clash }) => (clash === undefined ? '' : `${times.at(clash.start)} to ${times.at(clash.end)}`),
      rank: 1,
    },
  ])
}

function hostsOf({ reservations }: LeaseView): string {
  return reservations.flatMap(({ hosts }) => hosts).join(', ')
}

export async function moments(context: CommandContext): Promise<Moments> {
  return context.moments(context.json ? '' : (await context.client.call('getStatus')).now)
}
