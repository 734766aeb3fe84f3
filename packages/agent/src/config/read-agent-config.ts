// The agent's configuration file: YAML, each fault with its line and what to do about it. Nothing in it is ever run.
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { GleanerError } from '@gleaner/model/errors'
import { parseLibvirtUri } from '@gleaner/wire-libvirt'
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLMap } from 'yaml'
import type { AgentConfig, GuestConfig, MonitorConfig } from './agent-config.ts'
import { defaultKinds, defaultTimes, monitorOf } from './default-monitors.ts'
import { ConfigReader, type MapReader } from './config-reader.ts'
import { readLendingTimes, readWaits } from './lending-times.ts'
import { type ReportPattern, readReportPattern } from '../heard/report-places.ts'
import { readPowerNap } from './powernap.ts'
import { patternsOf, readMonitor } from './read-monitor.ts'

export const defaultConfigFile = '/etc/gleaner/agent.yaml'

/** Of who lends nothing. Named guests would stand still for ever: nobody watches who could let them go on. */
const ofLending = [
  'monitors',
  'powernap',
  'guests',
  'absent',
  'lockedAbsent',
  'continueAfter',
  'grace',
  'wishAfter',
  'preemptAfter',
  'backOff',
]

const topKeys = ['name', 'socket', 'stateDirectory', ...ofLending, 'lend', 'reports', 'rapl']

export function loadAgentConfig(file: string): AgentConfig {
  return parseAgentConfig(textOf(file), file)
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new GleanerError('agent-config-missing', { file, detail: (error as Error).message }, { cause: error })
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
  const all = readWaits(reader, root, defaultTimes)
  const lends = root.truth('lend', true)
  const ancestor = ancestorOf(reader, root)
  const reports = reportsOf(reader, root)
  const rapl = root.truth('rapl', false)
  if (!lends && reports.length === 0 && !rapl)
    reader.fail(
      root.node('lend'),
      'lend: false leaves nothing to do unless "reports" names lines of guests, or "rapl" is true',
    )
  if (!lends) refuseOfLending(reader, root)
  // Without a monitor nothing is ever lendable.
  const monitors = !lends ? [] : (ancestor?.monitors ?? monitorsOf(reader, root.node('monitors'), all))
  return {
    name: root.text('name', hostname()),
    socket: root.place('socket', '/run/gleaner-agent/socket'),
    stateDirectory: root.place('stateDirectory', '/var/lib/gleaner-agent'),
    monitors,
    lending: readLendingTimes(reader, { root, monitors, graceMs: ancestor?.lending.graceMs }),
    guests: guestsOf(reader, root.node('guests')),
    reports,
    rapl,
  }
}

function refuseOfLending(reader: ConfigReader, root: MapReader): void {
  for (const key of ofLending)
    if (root.node(key) !== undefined)
      reader.fail(root.node(key), `either ${key} or lend: false: who does not lend watches nothing and pauses nobody`)
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
  for (const key of ['absent', 'continueAfter'])
    if (root.node(key) !== undefined)
      reader.fail(root.node(key), `either ${key} or powernap: ABSENT_SECONDS of PowerNap's file is the time of both`)
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
    const guest = reader.map(item, ['qmp', 'group', 'cgroup', 'libvirt', 'names'])
    const [path, uri] = [guest.text('qmp', ''), guest.text('libvirt', '')]
    const [frozen, loaded] = [groupOf(reader, guest, 'cgroup'), groupOf(reader, guest, 'group')]
    const named = [path !== '', uri !== '', frozen !== undefined].filter((each) => each)
    if (named.length !== 1)
      reader.fail(
        item,
        'a guest is one of "qmp: <socket or folder>", "libvirt: <uri>" with "names", or "cgroup: <group below /sys/fs/cgroup>"',
      )
    if (guest.node('group') !== undefined && path === '') reader.fail(item, 'group: goes with qmp only')
    if (guest.node('names') !== undefined && uri === '') reader.fail(item, 'names: goes with libvirt only')
    if (frozen !== undefined) return { kind: 'cgroup', group: frozen }
    return uri === '' ? { kind: 'qmp', path, group: loaded } : libvirtOf(reader, item, { guest, uri })
  })
}

/** Below /sys/fs/cgroup. */
function groupOf(reader: ConfigReader, guest: MapReader, key: 'cgroup' | 'group'): string | undefined {
  const group = guest.text(key, '').replace(/^\/+/, '')
  if (group.includes('..')) reader.fail(guest.node(key), `${key}: may not lead out of /sys/fs/cgroup`)
  return group === '' ? undefined : group
}

function libvirtOf(
  reader: ConfigReader,
  item: Node,
  { guest, uri }: { readonly guest: MapReader; readonly uri: string },
): GuestConfig {
  const names = guest.list('names')
  if (names.length === 0)
    reader.fail(
      item,
      'names: tell which guests of libvirt are lent, such as ["^instance-"]; a user\'s own are not touched',
    )
  try {
    if (parseLibvirtUri(uri).transport !== 'unix') throw new TypeError(`"${uri}" is not of this machine`)
  } catch (error) {
    reader.fail(guest.node('libvirt'), `libvirt: ${(error as Error).message}`)
  }
  return { kind: 'libvirt', uri, names: patternsOf(reader, names) }
}
