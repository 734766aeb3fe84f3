// One monitor of the configuration file: the times that all have, and what is its own.
import type { Node } from 'yaml'
import type { PortRange } from '../monitors/port-monitor.ts'
import type { MonitorConfig, MonitorKind } from './agent-config.ts'
import type { ConfigReader, MapReader } from './config-reader.ts'
import { kindDefaults, monitorOf, sessionFolder } from './default-monitors.ts'
import { readHours } from './lending-hours.ts'
import { atMostADay, readWaits } from './lending-times.ts'

const timeKeys = ['absent', 'every', 'continueAfter', 'suspendAfter']
const ownKeys: Readonly<Record<MonitorKind['kind'], readonly string[]>> = {
  keyboard: [],
  pointer: ['bump'],
  ps2: ['needed'],
  terminals: ['ignore'],
  sessions: [],
  x11: ['display', 'authority', 'sockets'],
  wayland: ['folder'],
  'idle-detect': ['path'],
  load: ['startBelow', 'suspendAbove'],
  pressure: ['cpu', 'memory', 'io'],
  processes: ['names', 'commands'],
  'process-io': ['commands'],
  inhibitors: [],
  gpu: ['startBelow', 'suspendAbove'],
  ports: ['ports'],
  battery: [],
  lid: [],
  temperature: ['startBelow', 'suspendAbove'],
  hours: ['lend', 'noStartBefore', 'endBefore'],
}

export interface MonitorEntry {
  readonly name: string
  readonly key: Node
  readonly value: Node | null
  readonly all: { readonly absentMs: number; readonly continueAfterMs: number }
}

/** Usually one; processes are two when both names and commands are given. */
export function readMonitor(reader: ConfigReader, { name, key, value, all }: MonitorEntry): readonly MonitorConfig[] {
  if (!(name in ownKeys)) reader.fail(key, `"${name}" is no monitor; there are ${Object.keys(ownKeys).join(', ')}`)
  const kind = name as MonitorKind['kind']
  const map = reader.map(value, [...timeKeys, ...ownKeys[kind]])
  const waitMs = kindDefaults[kind].waitMs
  const { presence } = kindDefaults[kind]
  const waits = readWaits(reader, map, {
    absentMs: waitMs ?? all.absentMs,
    continueAfterMs: waitMs ?? all.continueAfterMs,
  })
  const everyMs = map.duration('every', kindDefaults[kind].everyMs)
  if (everyMs < 50 || everyMs > 60_000) reader.fail(map.node('every') ?? key, 'every: has to lie between 50ms and 60s')
  if (presence && waits.absentMs < everyMs)
    reader.fail(map.node('absent') ?? map.node('every') ?? key, `${name}: absent may not be shorter than every`)
  const own = {
    everyMs,
    ...waits,
    suspendAfterMs: map.duration('suspendAfter', kindDefaults[kind].suspendAfterMs),
  }
  atMostADay(reader, map, 'suspendAfter')
  if (presence && own.suspendAfterMs > 0)
    reader.fail(
      map.node('suspendAfter'),
      `suspendAfter: has to be 0s for ${name}: whoever is there has the machine at once, and nobody types without a break`,
    )
  return kindsOf(reader, { kind, map, key }).map(({ kind: each, name: called }) =>
    monitorOf(each, all, { ...own, name: called }),
  )
}

interface KindQuestion {
  readonly kind: MonitorKind['kind']
  readonly map: MapReader
  readonly key: Node
}

function kindsOf(
  reader: ConfigReader,
  { kind, map, key }: KindQuestion,
): readonly { readonly kind: MonitorKind; readonly name: string }[] {
  const one = (made: MonitorKind) => [{ kind: made, name: kind }]
  switch (kind) {
    case 'keyboard':
    case 'sessions':
    case 'battery':
    case 'lid':
    case 'inhibitors':
      return one({ kind })
    case 'pointer':
      return one({ kind, bump: map.truth('bump', true) })
    case 'ps2':
      return one({ kind, needed: map.truth('needed', false) })
    case 'terminals':
      return one({ kind, ignored: map.list('ignore').map(({ text }) => text.replace(/^\/dev\//, '')) })
    case 'x11': {
      const [, display] = /^:(\d{1,3})$/.exec(map.text('display', ':0')) ?? []
      if (display === undefined)
        reader.fail(map.node('display') ?? key, 'display: has to be one of this machine, such as ":0"')
      return one({
        kind,
        display: Number(display),
        authority: map.text('authority', ''),
        sockets: map.text('sockets', '/tmp/.X11-unix'),
      })
    }
    case 'wayland':
      return one({ kind, folder: map.text('folder', sessionFolder) })
    case 'idle-detect':
      return one({ kind, path: map.text('path', '/dev/shm/idle_detect_shmem') })
    case 'load': {
      const startBelowCores = map.number('startBelow', 0.3, { least: 0, most: 1024 })
      const suspendAboveCores = map.number('suspendAbove', 0.5, { least: 0, most: 1024 })
      if (suspendAboveCores < startBelowCores) reader.fail(key, 'load: suspendAbove may not be less than startBelow')
      return one({ kind, startBelowCores, suspendAboveCores })
    }
    case 'pressure': {
      const share = { least: 0, most: 1 }
      return one({
        kind,
        limits: {
          cpu: map.number('cpu', 0.5, share),
          memory: map.number('memory', 0.1, share),
          io: map.number('io', 0.5, share),
        },
      })
    }
    case 'processes': {
      const names = patternsOf(reader, map.list('names'))
      const commands = patternsOf(reader, map.list('commands'))
      if (names.length + commands.length === 0) reader.fail(key, 'processes: give names or commands')
      return [
        ...(names.length > 0 ? [{ kind: { kind, patterns: names, whole: false } as const, name: kind }] : []),
        ...(commands.length > 0
          ? [{ kind: { kind, patterns: commands, whole: true } as const, name: 'commands' }]
          : []),
      ]
    }
    case 'process-io': {
      const patterns = patternsOf(reader, map.list('commands'))
      if (patterns.length === 0) reader.fail(key, 'process-io: give commands')
      return one({ kind, patterns })
    }
    case 'gpu': {
      const startBelow = map.number('startBelow', 0.1, { least: 0, most: 1 })
      const suspendAbove = map.number('suspendAbove', 0.3, { least: 0, most: 1 })
      if (suspendAbove < startBelow) reader.fail(key, 'gpu: suspendAbove may not be less than startBelow')
      return one({ kind, startBelow, suspendAbove })
    }
    case 'ports': {
      const ports = map
        .list('ports')
        .map(
          ({ text, node }) =>
            portRange(text) ?? reader.fail(node, `"${text}" is no port and no range such as 5900-5910`),
        )
      if (ports.length === 0) reader.fail(key, 'ports: give at least one')
      return one({ kind, ports })
    }
    case 'temperature': {
      const startBelowC = map.number('startBelow', 60, { least: 0, most: 120 })
      const suspendAboveC = map.number('suspendAbove', 80, { least: 0, most: 120 })
      if (suspendAboveC < startBelowC) reader.fail(key, 'temperature: suspendAbove may not be less than startBelow')
      return one({ kind, startBelowC, suspendAboveC })
    }
    case 'hours': {
      return one({ kind, ...readHours(reader, map, key) })
    }
  }
}

export function patternsOf(
  reader: ConfigReader,
  list: readonly { readonly text: string; readonly node: Node }[],
): readonly RegExp[] {
  return list.map(({ text, node }) => {
    try {
      return new RegExp(text)
    } catch {
      return reader.fail(node, `"${text}" is no regular expression`)
    }
  })
}

/** "22" or "5900-5910". */
export function portRange(text: string): PortRange | undefined {
  const [, first, last] = /^\s*(\d{1,5})\s*(?:-\s*(\d{1,5})\s*)?$/.exec(text) ?? []
  if (first === undefined) return undefined
  const range = { from: Number(first), to: Number(last ?? first) }
  return range.from >= 1 && range.to <= 65_535 && range.from <= range.to ? range : undefined
}
