// Which sleeping hosts have to be awake now, and for what. In this order, each host for the first that applies:
//   a person's wish · the mode lets nothing sleep any more · a lease that begins within the time to wake (wake-deadlines.ts) ·
//   a request that found no room and that fits on no open empty host · the reserve of empty hosts that stay awake.
// For a request or the reserve the host is chosen: one that is awake or waking up already, that never failed to wake up, the most efficient, the quickest, by name.
// A person who wants a host asleep keeps it from those two, never from a lease.
import { formatDurationMs, formatSize, type HostId, type ReasonCode, type Verdict } from '@gleaner/model'
import { isoTime } from '../../text/iso-time.ts'
import type { PowerDemand } from './power-demand.ts'
import { type PowerHost, retryAtMs } from './power-host.ts'
import type { PowerOptions } from './power-options.ts'
import { wakeDeadlines } from './wake-deadlines.ts'

export interface WakeQuestion {
  readonly hosts: readonly PowerHost[]
  /** Open and empty, promised to nobody: who comes next goes there. */
  readonly warm: readonly PowerHost[]
  readonly demands: readonly PowerDemand[]
  /** Empty hosts that shall be awake. */
  readonly reserve: number
  readonly maySleep: boolean
  readonly options: PowerOptions
  readonly nowMs: number
}

export type Wakes = ReadonlyMap<HostId, Verdict>

export interface ChosenWakes {
  readonly wakes: Wakes
  /** Open hosts that a request which found no room shall find when it comes again. */
  readonly awaited: ReadonlySet<HostId>
}

export function chooseWakes(question: WakeQuestion): ChosenWakes {
  const wakes = new Map<HostId, Verdict>()
  const { hosts, options, nowMs } = question
  const away = hosts.filter(({ phase }) => phase !== 'open' && phase !== 'foreign')
  const awaited = away.flatMap((each) => {
    const { promise, leadMs } = each
    if (promise === undefined || promise.isActive) return [{ key: each, latestMs: nowMs }]
    return Number.isFinite(promise.nextStartMs) ? [{ key: each, latestMs: promise.nextStartMs - leadMs }] : []
  })
  const told = wakeDeadlines(awaited, options.wakesPerMinute)
  for (const each of hosts) {
    const isAway = each.phase !== 'open' && (each.phase !== 'foreign' || each.host.state === 'asleep')
    if (isAway && each.wish?.state === 'awake')
      wakes.set(each.host.id, say('commanded', `${each.wish.by} wants ${each.host.name} awake.`))
  }
  for (const each of away) {
    const { host, promise } = each
    if (wakes.has(host.id)) continue
    if (!question.maySleep && each.wish?.state !== 'asleep')
      wakes.set(host.id, say('wake-mode', `The mode no longer lets hosts sleep; ${host.name} is to be awake.`))
    else if ((told.get(each) ?? Number.POSITIVE_INFINITY) <= nowMs) wakes.set(host.id, forLease(each, promise))
  }
  const free = away.filter((each) => isFree(each, { wakes, options, nowMs })).sort(byWorth)
  const kept = forDemands(question, free, wakes)
  forReserve(question, free, { wakes, kept })
  return { wakes, awaited: kept }
}

function forLease({ host, leadMs }: PowerHost, promise: PowerHost['promise']): Verdict {
  if (promise === undefined) return say('wake-lease', `It is not known whether ${host.name} is leased.`)
  if (promise.isActive) return say('wake-lease', `A lease has ${host.name}.`)
  return say(
    'wake-lease',
    `A lease of ${host.name} begins at ${isoTime(promise.nextStartMs)}; waking takes up to ${formatDurationMs(leadMs)}.`,
    { nextStartMs: promise.nextStartMs, leadMs },
  )
}

function isFree(
  { host, wish, record, promise, leadMs }: PowerHost,
  { wakes, options, nowMs }: { readonly wakes: Wakes; readonly options: PowerOptions; readonly nowMs: number },
) {
  if (wakes.has(host.id) || wish?.state === 'asleep') return false
  if (retryAtMs(record, options) > nowMs) return false
  // It would be taken away again before it is of use.
  return promise !== undefined && promise.nextStartMs - nowMs > leadMs + options.leastOnMs
}

function byWorth(a: PowerHost, b: PowerHost): number {
  return (
    nearness(a) - nearness(b) ||
    a.record.failures - b.record.failures ||
    b.efficiency - a.efficiency ||
    a.leadMs - b.leadMs ||
    (a.host.name < b.host.name ? -1 : a.host.name > b.host.name ? 1 : 0)
  )
}

/** What is awake already costs nothing more, and nobody is woken beside one who is waking up. */
function nearness({ phase, isWaking }: PowerHost): number {
  if (phase === 'back' || phase === 'closing') return 0
  return isWaking ? 1 : 2
}

interface Room {
  readonly each: PowerHost
  cores: number
  memoryMiB: number
  diskGiB: number
}

function roomOf(each: PowerHost): Room {
  const { cores, reservedCores, coreRatio, memoryMiB, reservedMemoryMiB, memoryRatio, diskGiB, diskRatio } = each.host
  return {
    each,
    cores: (cores - reservedCores) * (coreRatio ?? 1),
    memoryMiB: (memoryMiB - reservedMemoryMiB) * (memoryRatio ?? 1),
    diskGiB: diskGiB > 0 ? diskGiB * (diskRatio ?? 1) : Number.POSITIVE_INFINITY,
  }
}

function forDemands({ warm, demands, nowMs }: WakeQuestion, free: readonly PowerHost[], wakes: Map<HostId, Verdict>) {
  const kept = new Set<HostId>()
  if (demands.length === 0) return kept
  const rooms = [...warm, ...free].map(roomOf)
  for (const demand of demands) {
    if (demand.untilMs <= nowMs) continue
    const taken = new Set<Room>()
    for (let left = demand.count; left > 0; left--) {
      const room = rooms.find((one) => fits(one, demand) && !(demand.apart === true && taken.has(one)))
      if (room === undefined) break
      taken.add(room)
      room.cores -= demand.vcpus
      room.memoryMiB -= demand.memoryMiB
      room.diskGiB -= demand.diskGiB
      const { host, phase } = room.each
      if (phase === 'open') kept.add(host.id)
      if (phase === 'open' || wakes.has(host.id)) continue
      wakes.set(
        host.id,
        say('wake-demand', `${demand.name} found no room for ${formatSize(demand)}; ${host.name} has it.`),
      )
    }
  }
  return kept
}

function fits(room: Room, { vcpus, memoryMiB, diskGiB }: PowerDemand): boolean {
  return room.cores >= vcpus && room.memoryMiB >= memoryMiB && room.diskGiB >= diskGiB
}

function forReserve(
  { warm, reserve, hosts }: WakeQuestion,
  free: readonly PowerHost[],
  { wakes, kept }: { readonly wakes: Map<HostId, Verdict>; readonly kept: ReadonlySet<HostId> },
) {
  const idle = warm.length - kept.size
  const coming = hosts.filter(({ host }) => isForAnybody(wakes.get(host.id)?.code)).length
  let lacking = reserve - idle - coming
  for (const { host } of free) {
    if (lacking <= 0) return
    if (wakes.has(host.id)) continue
    lacking--
    wakes.set(
      host.id,
      say('wake-reserve', `${idle} empty ${idle === 1 ? 'host is' : 'hosts are'} awake and ${reserve} should be.`, {
        warm: idle,
        reserve,
      }),
    )
  }
}

/** Awake for a lease or a request it will not be empty. */
function isForAnybody(code: ReasonCode | undefined): boolean {
  return code === 'commanded' || code === 'wake-mode'
}

function say(code: ReasonCode, sentence: string, facts: Verdict['facts'] = {}): Verdict {
  return { code, sentence, facts }
}
