// What an operator may set about switching hosts off and on.
export interface PowerOptions {
  /** A host has to be empty for so long; never less than the break-even of a power cycle (break-even.ts). */
  readonly idleMs: number
  /** Empty hosts that stay awake in each cloud: so many, and at least this share of the hosts that run something. */
  readonly keepWarm: { readonly hosts: number; readonly share: number }
  /** Shortest time awake after a wake-up, and shortest time that is worth a sleep. */
  readonly leastOnMs: number
  readonly leastOffMs: number
  /** How long a host takes to wake up until that was measured, and what is added to what was. */
  readonly bootMs: number
  readonly wakeMarginMs: number
  readonly shutdownMs: number
  /** What a sleeping host draws; what an awake one draws where the cloud does not tell. */
  readonly sleepPowerW: number
  readonly idlePowerW: number
  readonly sleepsPerHour: number
  readonly wakesPerMinute: number
  /** Wake-ups in a row that may fail; the wait after the first, doubled with each further one. */
  readonly wakeAttempts: number
  readonly retryMs: number
  /** Hosts with one of these values of a property stay awake. */
  readonly exclude: readonly { readonly property: string; readonly value: string | number | boolean }[]
}

const minuteMs = 60_000

export const defaultPowerOptions: PowerOptions = {
  idleMs: 15 * minuteMs,
  keepWarm: { hosts: 1, share: 0.1 },
  leastOnMs: 30 * minuteMs,
  leastOffMs: 30 * minuteMs,
  bootMs: 5 * minuteMs,
  wakeMarginMs: 5 * minuteMs,
  shutdownMs: 2 * minuteMs,
  sleepPowerW: 8,
  idlePowerW: 120,
  sleepsPerHour: 20,
  wakesPerMinute: 10,
  wakeAttempts: 3,
  retryMs: 5 * minuteMs,
  exclude: [],
}
