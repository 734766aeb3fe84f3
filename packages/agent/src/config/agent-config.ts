// What the agent of a desktop is set to do. Made from its YAML file, or from PowerNap's; each monitor that stands here is watched,
// and what is watched and cannot be read counts as in use.
import type { LendingPolicy } from '@gleaner/engine/opportunism'
import type { PortRange } from '../monitors/port-monitor.ts'
import type { PressureLimits } from '../monitors/pressure-monitor.ts'
import type { LendingHours } from '../monitors/window-monitor.ts'
import type { ReportPattern } from '../heard/report-places.ts'

export interface AgentConfig {
  readonly name: string
  /** Unix socket at which the desktop's own users ask and decide. */
  readonly socket: string
  /** What has to outlive the agent: which guests it paused, what the owner wished. */
  readonly stateDirectory: string
  readonly monitors: readonly MonitorConfig[]
  readonly lending: Omit<LendingPolicy, 'rules'>
  readonly guests: readonly GuestConfig[]
  /** Where guests of this host report, to be told to the control plane. */
  readonly reports: readonly ReportPattern[]
  /** Whether what the processors of this machine count is told to the control plane. */
  readonly rapl: boolean
}

/** The times of one monitor; all but the first kind of them are in every line. */
export interface MonitorTimes {
  readonly everyMs: number
  readonly absentMs: number
  readonly continueAfterMs: number
  readonly suspendAfterMs: number
}

export type MonitorConfig = MonitorTimes & { readonly name: string } & MonitorKind

export type MonitorKind =
  | { readonly kind: 'keyboard' }
  | { readonly kind: 'pointer'; readonly bump: boolean }
  | { readonly kind: 'ps2'; readonly needed: boolean }
  | { readonly kind: 'terminals'; readonly ignored: readonly string[] }
  | { readonly kind: 'sessions' }
  | { readonly kind: 'x11'; readonly display: number; readonly authority: string; readonly sockets: string }
  /** `folder`: where the helpers of the sessions write. */
  | { readonly kind: 'wayland'; readonly folder: string }
  | { readonly kind: 'idle-detect'; readonly path: string }
  | { readonly kind: 'load'; readonly startBelowCores: number; readonly suspendAboveCores: number }
  | { readonly kind: 'pressure'; readonly limits: PressureLimits }
  | { readonly kind: 'processes'; readonly patterns: readonly RegExp[]; readonly whole: boolean }
  | { readonly kind: 'process-io'; readonly patterns: readonly RegExp[] }
  | { readonly kind: 'inhibitors' }
  | { readonly kind: 'gpu'; readonly startBelow: number; readonly suspendAbove: number }
  | { readonly kind: 'ports'; readonly ports: readonly PortRange[] }
  | { readonly kind: 'battery' }
  | { readonly kind: 'lid' }
  | { readonly kind: 'temperature'; readonly startBelowC: number; readonly suspendAboveC: number }
  | {
      readonly kind: 'hours'
      readonly hours: readonly LendingHours[]
      readonly noStartMinutes: number
      readonly endMinutes: number
    }

export type GuestConfig =
  /** A QEMU that listens for QMP; a folder: all sockets in it. `group`: the control group whose load is theirs. */
  | { readonly kind: 'qmp'; readonly path: string; readonly group: string | undefined }
  /** Guests of a libvirt daemon of this machine, by their names; others are not touched. */
  | { readonly kind: 'libvirt'; readonly uri: string; readonly names: readonly RegExp[] }
  /** A control group below /sys/fs/cgroup, frozen as a whole. */
  | { readonly kind: 'cgroup'; readonly group: string }
