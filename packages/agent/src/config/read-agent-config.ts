// The agent's configuration file: YAML, each fault with its line and what to do about it. Nothing in it is ever run.
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { defaultLending } from '@gleaner/engine/opportunism'
import { GleanerError } from '@gleaner/model/errors'
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLMap } from 'yaml'
import type { AgentConfig, GuestConfig, MonitorConfig } from './agent-config.ts'
import { defaultKinds, defaultTimes, monitorOf } from './default-monitors.ts'
import { ConfigReader, type MapReader } from './config-reader.ts'
import { type ReportPattern, readReportPattern } from '../heard/report-places.ts'
import { readPowerNap } from './powernap.ts'
import { readMonitor } from './read-monitor.ts'

export const defaultConfigFile = '/etc/gleaner/agent.yaml'

const topKeys = [
  'name',
  'socket',
  'stateDirectory',
  'absent',
  'continueAfter',
  'grace',
  'wishAfter',
  'preemptAfter',
  'backOff',
  'monitors',
  'powernap',
  'guests',
  'lend',
  'reports',
]

export function loadAgentConfig(file: string): AgentConfig {
  return parseAgentConfig(textOf(file), file)
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new GleanerError('config-missing', { file, detail: (error as Error).message }, { cause: error })
  }
}

export function parseAgentConfig(text: string, file: string): AgentConfig {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const reader = new ConfigReader(file, lines)
  const [fault] = document.errors
  if (fault !== undefined) reader.failAt(fault.pos[0], fault.message.split('\n')[0] ?? 'no YAML')
  const top = document.contents
  if (top !== null && !isMap(top)) reader.fail(top, 'the file has to hold keys and values')
  const map = (top ?? undefined) as YAMLMap | undefined
  const root = reader.map(map, topKeys)
  const absentMs = root.duration('absent', defaultTimes.absentMs)
  const all = {
    absentMs,
    continueAfterMs: root.duration('continueAfter', Math.min(absentMs, defaultTimes.continueAfterMs)),
  }
  const backOff = reader.map(root.node('backOff'), ['window', 'first', 'factor', 'most'])
  const standard = defaultLending
  const lends = root.truth('lend', true)
  const ancestor = ancestorOf(reader, root)
  const reports = reportsOf(reader, root)
  if (!lends && reports.length === 0)
    reader.fail(root.node('lend'), 'lend: false leaves nothing to do unless "reports" names lines of guests')
  if (!lends && root.node('monitors') !== undefined)
    reader.fail(root.node('monitors'), 'either monitors or lend: false: who does not lend watches nothing')
  return {
    name: root.text('name', hostname()),
    socket: root.text('socket', '/run/gleaner-agent/socket'),
    stateDirectory: root.text('stateDirectory', '/var/lib/gleaner-agent'),
    // Without a monitor nothing is ever lendable.
    monitors: !lends ? [] : (ancestor?.monitors ?? monitorsOf(reader, root.node('monitors'), all)),
    lending: {
      graceMs: root.duration('grace', ancestor?.lending.graceMs ?? standard.graceMs),
      wishAfterMs: root.duration('wishAfter', standard.wishAfterMs),
      preemptAfterMs: root.duration('preemptAfter', standard.preemptAfterMs),
      maxGapMs: standard.maxGapMs,
      backOff: {
        windowMs: backOff.duration('window', standard.backOff.windowMs),
        firstMs: backOff.duration('first', standard.backOff.firstMs),
        factor: backOff.number('factor', standard.backOff.factor, { least: 1, most: 10 }),
        mostMs: backOff.duration('most', standard.backOff.mostMs),
      },
    },
    guests: guestsOf(reader, root.node('guests')),
    reports,
  }
}

function reportsOf(reader: ConfigReader, root: MapReader): readonly ReportPattern[] {
  return root
    .list('reports')
    .map(
      ({ text, node }) =>
        readReportPattern(text) ??
        reader.fail(
          node,
          `reports: "${text}" has to be an absolute path with one {instance}, such as /var/lib/libvirt/gleaner/{instance}.gleaner.sock`,
        ),
    )
}

/** The monitors of a file of PowerNap instead of one's own. */
function ancestorOf(reader: ConfigReader, root: MapReader) {
  const file = root.text('powernap', '')
  if (file === '') return undefined
  if (root.node('monitors') !== undefined)
    reader.fail(root.node('monitors'), 'either monitors or powernap: the file of PowerNap names the monitors')
  const reading = readPowerNap(textOf(file), file)
  if (reading.monitors.length === 0) reader.fail(root.node('powernap'), `${file} names no monitor that can be watched`)
  return reading
}

function monitorsOf(
  reader: ConfigReader,
  node: Node | undefined,
  all: { readonly absentMs: number; readonly continueAfterMs: number },
): readonly MonitorConfig[] {
  if (node === undefined) return defaultKinds.map((kind) => monitorOf(kind, all))
  if (!isMap(node)) return reader.fail(node, 'monitors: a monitor is a key with its settings, as in "keyboard: {}"')
  const monitors = node.items.flatMap((pair) => {
    const value = pair.value as Node | null
    if (isScalar(value) && value.value === false) return []
    return readMonitor(reader, {
      name: String(isScalar(pair.key) ? pair.key.value : ''),
      key: pair.key as Node,
      value,
      all,
    })
  })
  if (monitors.length === 0)
    reader.fail(node, 'no monitor is set up, so the machine would never be lent; name at least one')
  return monitors
}

function guestsOf(reader: ConfigReader, node: Node | undefined): readonly GuestConfig[] {
  if (node === undefined) return []
  if (!isSeq(node)) reader.fail(node, 'guests: has to be a list')
  return (node as unknown as { readonly items: readonly Node[] }).items.map((item) => {
    const guest = reader.map(item, ['qmp', 'cgroup'])
    const path = guest.text('qmp', '')
    const group = guest.text('cgroup', '')
    if ((path === '') === (group === ''))
      reader.fail(item, 'a guest is either "qmp: <socket or folder>" or "cgroup: <group below /sys/fs/cgroup>"')
    if (group.includes('..')) reader.fail(item, 'cgroup: may not lead out of /sys/fs/cgroup')
    return path === '' ? { kind: 'cgroup', group: group.replace(/^\/+/, '') } : { kind: 'qmp', path }
  })
}
