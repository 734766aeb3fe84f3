// What a guest wants to do at a moment: a pure function of its profile and the time, so that any past can be produced
// and two readings of the same moment agree. Whether the host can give it is decided in sampling.ts.
//
// Shapes: office (people work on it, Monday to Friday), weekly (one heavy day), idle (forgotten; somebody looks in every
// few weeks), bursty (jobs come and go), decreasing (a project that dies away by half-lives), steady (a busy service).
// Hours and weekdays are UTC, shifted per guest by up to an hour and a half.
import { noise, unit } from './random.ts'

export const shapes = ['office', 'weekly', 'idle', 'bursty', 'decreasing', 'steady'] as const
export type Shape = (typeof shapes)[number]

/** All figures are integers below 2^31: the engine keeps those inside the object, and reading them misses no cache. */
export interface LoadProfile {
  readonly shape: Shape
  readonly seed: number
  /** Of its vcpus it uses this much when it is busy. */
  readonly levelPermille: number
  readonly shiftS: number
  readonly createdAtMinute: number
  /** idle: time between two visits; bursty: length of a slot; decreasing: half-life. */
  readonly periodS: number
  /** Of its memory it uses this much at rest; with work it grows towards `fullMemory`. */
  readonly restMemoryPermille: number
  readonly vcpus: number
}

export interface Demand {
  cpuShare: number
  memoryShare: number
  networkRx: number
  networkTx: number
  disk: number
  users: number
  idleS: number
}

/** No guest ever touches more of its memory: with the memory ratio hosts are sold at, no host runs out of it. */
export const fullMemory = 0.78

const minuteMs = 60_000
const hourMs = 3_600_000
const dayMs = 86_400_000

/** When the guest was booted, and until when its owner works (or last worked) with it by hand. */
export interface Attention {
  readonly bootedMs: number
  readonly attendedUntilMs: number
}

/** One object is filled again and again: a hundred thousand guests cost no hundred thousand objects. */
const out = { cpuShare: 0, memoryShare: 0, networkRx: 0, networkTx: 0, disk: 0, users: 0, idleS: 0 }

/** The answer is valid until the next call. */
export function demandAt(profile: LoadProfile, attention: Attention, atMs: number): Readonly<Demand> {
  out.users = 0
  const jitter = noise(profile.seed, atMs, 4 * minuteMs)
  let busy = shapeAt(profile, atMs, jitter)
  if (atMs < attention.attendedUntilMs) {
    busy = Math.max(busy, 0.2 + 0.3 * jitter)
    out.users = Math.max(out.users, 1)
    out.idleS = Math.min(out.idleS, 60 * jitter)
  }
  // Nobody was idle before the guest was booted, nor while its owner worked with it.
  const untouchedMs = atMs - Math.max(attention.bootedMs, Math.min(attention.attendedUntilMs, atMs))
  if (atMs >= attention.attendedUntilMs) out.idleS = Math.min(out.idleS, untouchedMs / 1000)
  out.idleS = Math.max(0, out.idleS)
  // Even an empty guest ticks: timers, logs, a cron job in the first minute of each hour.
  const tick = 0.003 + 0.005 * jitter + (remainder(atMs, hourMs) < minuteMs ? 0.01 : 0)
  out.cpuShare = Math.min(1, busy + tick)
  const restMemory = profile.restMemoryPermille / 1000
  // Memory follows work slowly: the level of the hour counts, not that of the minute.
  const warm = Math.min(1, busy * 0.9 + 0.25 * noise(profile.seed + 1, atMs, 6 * hourMs))
  out.memoryShare = Math.min(fullMemory, restMemory + (fullMemory - restMemory) * warm)
  const traffic = profile.vcpus * busy
  out.networkRx = 150 + 400 * jitter + traffic * 900_000 * (0.6 + 0.8 * jitter)
  out.networkTx = 120 + 250 * jitter + traffic * 1_400_000 * (0.5 + jitter)
  out.disk = 2_000 + 6_000 * jitter + traffic * 2_500_000 * (0.4 + jitter)
  return out
}

/** Fills users and idle seconds; the answer is the share of its vcpus the guest is busy with. */
function shapeAt(profile: LoadProfile, atMs: number, jitter: number): number {
  const { seed } = profile
  const level = profile.levelPermille / 1000
  const periodMs = profile.periodS * 1000
  const localMs = atMs + profile.shiftS * 1000
  switch (profile.shape) {
    case 'office': {
      const presence = presenceAt(seed, localMs)
      out.users = presence > 0.2 ? 1 + Math.floor(3 * unit(seed, Math.floor(localMs / dayMs), 2)) : 0
      out.idleS = presence > 0.2 ? 200 * jitter : sinceWorkMs(seed, localMs) / 1000
      return level * presence * (0.5 + 0.9 * jitter)
    }
    case 'weekly': {
      const day = Math.floor(localMs / dayMs)
      const heavyDay = 1 + (Math.abs(seed) % 5)
      const hour = (localMs - day * dayMs) / hourMs
      const heavy = (day + 4) % 7 === heavyDay && hour >= 2 && hour < 20
      const sinceHeavyMs = remainder(localMs / dayMs + 4 - heavyDay, 7) * dayMs - 20 * hourMs
      out.idleS = heavy ? 20 * jitter : (sinceHeavyMs < 0 ? sinceHeavyMs + 7 * dayMs : sinceHeavyMs) / 1000
      return heavy ? level * (0.7 + 0.5 * jitter) : 0.015 * jitter
    }
    case 'idle': {
      const sinceVisitMs = remainder(localMs, periodMs)
      const visited = sinceVisitMs < 20 * minuteMs
      out.users = visited ? 1 : 0
      out.idleS = visited ? 30 * jitter : (sinceVisitMs - 20 * minuteMs) / 1000
      return visited ? 0.1 + 0.1 * jitter : 0
    }
    case 'bursty': {
      const slot = Math.floor(localMs / periodMs)
      const likely = 0.12 + 0.5 * presenceAt(seed, localMs)
      let empty = 0
      while (empty < 24 && unit(seed, slot - empty, 3) >= (empty === 0 ? likely : 0.35)) empty++
      out.idleS = empty === 0 ? 5 * jitter : (remainder(localMs, periodMs) + (empty - 1) * periodMs) / 1000
      return empty === 0 ? level * (0.75 + 0.4 * jitter) : 0.004 * jitter
    }
    case 'decreasing': {
      const createdAtMs = profile.createdAtMinute * minuteMs
      const ageMs = Math.max(0, atMs - createdAtMs)
      const remaining = level * 2 ** (-ageMs / periodMs)
      // Below 4 % of a vcpu nobody is at work any more; the half-life tells since when.
      const endedMs = createdAtMs + periodMs * Math.log2(Math.max(1, level / 0.04))
      out.users = remaining > 0.1 && jitter > 0.5 ? 1 : 0
      out.idleS = atMs < endedMs ? 300 * jitter : (atMs - endedMs) / 1000
      return remaining * (0.5 + 0.8 * jitter)
    }
    case 'steady': {
      const hour = remainder(localMs, dayMs) / hourMs
      out.users = jitter > 0.93 ? 1 : 0
      out.idleS = 3 * jitter
      return level * (0.8 + 0.15 * Math.sin(((hour - 9) / 24) * 2 * Math.PI) + 0.2 * jitter)
    }
  }
}

/** As `%` for positive numbers, and many times faster where the quotient is large. */
function remainder(value: number, divisor: number): number {
  return value - Math.floor(value / divisor) * divisor
}

/** 0..1: how much the people of an office guest are at work. */
export function presenceAt(seed: number, localMs: number): number {
  const day = Math.floor(localMs / dayMs)
  if (!isWorkday(seed, day)) return 0
  const hour = (localMs - day * dayMs) / hourMs
  if (hour < 7.5 || hour >= 18) return 0
  if (hour < 9) return (hour - 7.5) / 1.5
  if (hour >= 12 && hour < 13) return 0.45
  return hour < 17 ? 1 : 18 - hour
}

/** Time since the people of an office guest were last there; counted from the end of their last working day. */
export function sinceWorkMs(seed: number, localMs: number): number {
  let day = Math.floor(localMs / dayMs)
  if (localMs - day * dayMs < 17.8 * hourMs || !isWorkday(seed, day)) day--
  while (!isWorkday(seed, day)) day--
  return Math.max(0, localMs - day * dayMs - 17.8 * hourMs)
}

/** Monday to Friday, now and then a day off. Day 0 of the epoch was a Thursday. */
function isWorkday(seed: number, day: number): boolean {
  const weekday = (day + 4) % 7
  return weekday >= 1 && weekday <= 5 && unit(seed, day, 1) > 0.06
}
