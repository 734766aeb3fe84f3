// What is watched when nothing else is said, and the times of each monitor. Presence waits for the absent time; load has to last
// before guests are sent away; what is true or not, like a battery, needs no wait.
import type { MonitorRule } from '@gleaner/engine/opportunism'
import type { PortRange } from '../monitors/port-monitor.ts'
import type { MonitorConfig, MonitorKind, MonitorTimes } from './agent-config.ts'

const second = 1000
const minute = 60 * second

/** In the folder of the agent's socket. */
export const sessionFolder = '/run/gleaner-agent/sessions'

export const defaultTimes: { readonly absentMs: number; readonly continueAfterMs: number } = {
  absentMs: 15 * minute,
  continueAfterMs: 5 * minute,
}

interface KindDefaults {
  readonly code: MonitorRule['code']
  readonly presence: boolean
  readonly everyMs: number
  /** Undefined: the absent time of all. */
  readonly waitMs: number | undefined
  readonly suspendAfterMs: number
}

const presence = { presence: true, everyMs: second, waitMs: undefined, suspendAfterMs: 0 } as const
const condition = { presence: false, everyMs: second, waitMs: 0, suspendAfterMs: 0 } as const

export const kindDefaults: Readonly<Record<MonitorKind['kind'], KindDefaults>> = {
  // They wake the watch: what is asked in between finds devices that came or went.
  keyboard: { ...presence, code: 'user-input' },
  pointer: { ...presence, code: 'user-input' },
  // A user has to have the machine back within a second.
  ps2: { ...presence, code: 'user-input', everyMs: 500 },
  terminals: { ...presence, code: 'user-terminal', everyMs: 500 },
  sessions: { ...presence, code: 'user-session' },
  x11: { ...presence, code: 'user-desktop' },
  wayland: { ...presence, code: 'user-desktop', everyMs: 500 },
  'idle-detect': { ...presence, code: 'user-desktop' },
  load: { ...condition, code: 'host-busy', waitMs: minute, suspendAfterMs: 2 * minute },
  pressure: { ...condition, code: 'host-pressed', waitMs: minute, suspendAfterMs: 20 * second },
  processes: { ...condition, code: 'exclusive-process', everyMs: 5 * second, waitMs: 15 * second },
  'process-io': { ...condition, code: 'exclusive-process', everyMs: 5 * second, waitMs: minute },
  inhibitors: { ...condition, code: 'user-desktop', waitMs: 15 * second },
  gpu: { ...condition, code: 'host-busy', waitMs: minute, suspendAfterMs: 10 * second },
  ports: { ...condition, code: 'connection-open', everyMs: 5 * second, waitMs: 15 * second },
  battery: { ...condition, code: 'on-battery', everyMs: 5 * second, waitMs: 30 * second },
  lid: { ...condition, code: 'lid-closed' },
  temperature: { ...condition, code: 'too-hot', everyMs: 5 * second, waitMs: 5 * minute },
  hours: { ...condition, code: 'outside-lending-hours', everyMs: 5 * second },
}

/** What only who sits in front of the machine moves, as far as one can tell. */
const locals: ReadonlySet<MonitorKind['kind']> = new Set([
  'keyboard',
  'pointer',
  'ps2',
  'x11',
  'wayland',
  'idle-detect',
])

/** The monitor with the times of its kind. */
export function monitorOf(
  kind: MonitorKind,
  all: { readonly absentMs: number; readonly continueAfterMs: number },
  own: Partial<MonitorTimes> & { readonly name?: string } = {},
): MonitorConfig {
  const { everyMs, waitMs, suspendAfterMs } = kindDefaults[kind.kind]
  return {
    ...kind,
    name: own.name ?? kind.kind,
    everyMs: own.everyMs ?? everyMs,
    absentMs: own.absentMs ?? waitMs ?? all.absentMs,
    continueAfterMs: own.continueAfterMs ?? waitMs ?? Math.min(all.continueAfterMs, own.absentMs ?? all.absentMs),
    suspendAfterMs: own.suspendAfterMs ?? suspendAfterMs,
  }
}

/** RDP; VNC of the displays 0 to 10, which shares the screen of whoever is logged in and begins no session. */
const remoteDesktopPorts: readonly PortRange[] = [
  { from: 3389, to: 3389 },
  { from: 5900, to: 5910 },
]

export const defaultKinds: readonly MonitorKind[] = [
  { kind: 'keyboard' },
  { kind: 'pointer', bump: true },
  { kind: 'ps2', needed: false },
  { kind: 'terminals', ignored: [] },
  // Who works from afar without a terminal passes none of the above.
  { kind: 'sessions' },
  { kind: 'ports', ports: remoteDesktopPorts },
  { kind: 'load', startBelowCores: 0.3, suspendAboveCores: 0.5 },
  { kind: 'battery' },
  { kind: 'lid' },
]

export function ruleOf(config: MonitorConfig): MonitorRule {
  const { code, presence } = kindDefaults[config.kind]
  return {
    monitor: config.name,
    code,
    startAfterMs: config.absentMs,
    continueAfterMs: config.continueAfterMs,
    suspendAfterMs: config.suspendAfterMs,
    // Three looks that did not come.
    staleAfterMs: Math.max(3 * config.everyMs, 3000),
    presence,
    local: locals.has(config.kind),
    ...(config.kind === 'pointer' && config.bump
      ? { bump: { afterIdleMs: 15 * minute, againAfterMs: second, forgetAfterMs: 4 * second } }
      : {}),
  }
}
