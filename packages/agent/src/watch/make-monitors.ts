// The monitors that the configuration names.
import type { MonitorConfig } from '../config/agent-config.ts'
import { ruleOf } from '../config/default-monitors.ts'
import { GpuMonitor } from '../monitors/gpu-monitor.ts'
import { IdleDetectMonitor } from '../monitors/idle-detect-monitor.ts'
import { InhibitorMonitor } from '../monitors/inhibitor-monitor.ts'
import { InputMonitor } from '../monitors/input-monitor.ts'
import { LoadMonitor } from '../monitors/load-monitor.ts'
import type { MachineRoots, Monitor } from '../monitors/monitor.ts'
import { PortMonitor } from '../monitors/port-monitor.ts'
import { BatteryMonitor, LidMonitor, TemperatureMonitor } from '../monitors/power-monitor.ts'
import { PressureMonitor } from '../monitors/pressure-monitor.ts'
import { ProcessIoMonitor } from '../monitors/process-io-monitor.ts'
import { ProcessMonitor } from '../monitors/process-monitor.ts'
import { Ps2Monitor } from '../monitors/ps2-monitor.ts'
import { SessionMonitor } from '../monitors/session-monitor.ts'
import { TerminalMonitor } from '../monitors/terminal-monitor.ts'
import { WaylandMonitor } from '../monitors/wayland-monitor.ts'
import { WindowMonitor } from '../monitors/window-monitor.ts'
import { X11Monitor } from '../monitors/x11-monitor.ts'

export interface MonitorSurroundings {
  readonly roots: MachineRoots
  readonly guestGroups: () => readonly string[]
  readonly wallMs: () => number
}

export function makeMonitor(config: MonitorConfig, around: MonitorSurroundings): Monitor {
  const rule = ruleOf(config)
  const { roots } = around
  const how = { roots, everyMs: config.everyMs }
  switch (config.kind) {
    case 'keyboard':
    case 'pointer':
      return new InputMonitor(rule, { ...how, kind: config.kind })
    case 'ps2':
      return new Ps2Monitor(rule, { ...how, needed: config.needed })
    case 'terminals':
      return new TerminalMonitor(rule, { ...how, ignored: config.ignored })
    case 'sessions':
      return new SessionMonitor(rule, how)
    case 'x11':
      return new X11Monitor(rule, { ...config, ...how })
    case 'wayland':
      return new WaylandMonitor(rule, { ...how, folder: config.folder })
    case 'idle-detect':
      return new IdleDetectMonitor(rule, { ...how, path: config.path, wallMs: around.wallMs })
    case 'load':
      return new LoadMonitor(rule, { ...config, ...how, guestGroups: around.guestGroups })
    case 'pressure':
      return new PressureMonitor(rule, { ...how, limits: config.limits })
    case 'processes':
      return new ProcessMonitor(rule, { ...how, patterns: config.patterns, whole: config.whole })
    case 'process-io':
      return new ProcessIoMonitor(rule, { ...how, patterns: config.patterns })
    case 'inhibitors':
      return new InhibitorMonitor(rule, how)
    case 'gpu':
      return new GpuMonitor(rule, { ...config, ...how })
    case 'ports':
      return new PortMonitor(rule, { ...how, ports: config.ports })
    case 'battery':
      return new BatteryMonitor(rule, how)
    case 'lid':
      return new LidMonitor(rule, how)
    case 'temperature':
      return new TemperatureMonitor(rule, { ...config, ...how })
    case 'hours':
      return new WindowMonitor(rule, { ...config, ...how, localTime: () => localTime(around.wallMs()) })
  }
}

/** In the zone of the machine. */
function localTime(wallMs: number): { readonly day: number; readonly minute: number } {
  const now = new Date(wallMs)
  return { day: now.getDay(), minute: now.getHours() * 60 + now.getMinutes() + now.getSeconds() / 60 }
}
