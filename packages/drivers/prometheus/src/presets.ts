// Which series well-known exporters publish, and how they become metrics.
//
// libvirt-exporter  prometheus-libvirt-exporter of Debian and its relatives: labels domain and, in some, uuid; memory as the
//                   balloon tells it (memory_stats or, in older ones, stat_memory), else the resident size, else what the
//                   guest was given. instance is the exporter that was scraped: the host.
// node-exporter     the host itself. Processors and devices are added up by the database, because a host has hundreds.
//                   Not counted: time that the processors waited or somebody else had, and devices that are made of others.
// vmprobe           names that hold the domain: PREFIX_domain_NAME_GROUP_METRIC, PREFIX_global_GROUP_METRIC; times in
//                   nanoseconds, memory in KiB.
import type { MeasureShape } from '@gleaner/driver-series'
import type { Metric } from '@gleaner/model'
import type { SeriesNaming, Term } from '@gleaner/wire-timeseries'
import type { PrometheusPreset } from './options.ts'
import type { PromQuery } from './prom-query.ts'

export interface PresetSettings {
  readonly match: string | undefined
  readonly vmprobePrefix: string
}

const bytesToMiB = 1 / 1_048_576
const kibToMiB = 1 / 1024
const nanoseconds = 1e-9

export function presetMeasures(preset: PrometheusPreset, settings: PresetSettings): readonly MeasureShape<PromQuery>[] {
  switch (preset) {
    case 'libvirt-exporter':
      return libvirtExporter(settings)
    case 'node-exporter':
      return nodeExporter(settings)
    case 'vmprobe':
      return vmprobe(settings)
  }
}

function libvirtExporter(settings: PresetSettings): readonly MeasureShape<PromQuery>[] {
  const naming: SeriesNaming = {
    of: 'instance',
    id: ['uuid', 'instance_id', 'instanceId'],
    name: ['domain'],
    host: ['instance'],
    sum: [],
  }
  const devices: SeriesNaming = { ...naming, sum: ['target_device'] }
  const series = (name: string) => selector(`libvirt_domain_${name}`, settings)
  const guest = (name: string) =>
    `{__name__=~"libvirt_domain_(memory_stats|stat_memory)_${name}_bytes"${and(settings)}}`
  const bytes = (query: string, factor = bytesToMiB) => gauge(query, factor)
  return [
    measure('cpu', naming, [[counter(series('info_cpu_time_seconds_total'))]]),
    measure('memory', naming, [
      [bytes(guest('available')), bytes(guest('usable'), -bytesToMiB)],
      [bytes(guest('available')), bytes(guest('unused'), -bytesToMiB)],
      [bytes(guest('rss'))],
      [bytes(series('info_memory_usage_bytes'))],
    ]),
    measure('networkRx', devices, [[counter(series('interface_stats_receive_bytes_total'))]]),
    measure('networkTx', devices, [[counter(series('interface_stats_transmit_bytes_total'))]]),
    measure('disk', devices, [
      [counter(series('block_stats_read_bytes_total')), counter(series('block_stats_write_bytes_total'))],
    ]),
  ].map((shape) => ({ ...shape, from: 'libvirt-exporter' }))
}

const busyModes = 'mode!~"idle|iowait|steal|guest|guest_nice"'
const ownLinks = 'device!~"lo|ifb.*|veth.*|tap.*|vnet.*|virbr.*|br.*|docker.*|bond.*|team.*|ovs.*|.*[.@].*"'
const ownDisks = 'device!~"(dm-|md|loop|ram|zram|sr|fd|nbd).*"'

function nodeExporter(settings: PresetSettings): readonly MeasureShape<PromQuery>[] {
  const naming: SeriesNaming = { of: 'host', id: [], name: ['instance'], host: [], sum: [] }
  const rate = (name: string, matcher: string) => `rate(node_${name}{${matcher}${and(settings)}}[$window])`
  const devices = (...rates: readonly string[]) =>
    gauge({ expression: rates.map((each) => `sum without (device) (${each})`).join(' + ') })
  return [
    measure('cpu', naming, [
      [gauge({ expression: `sum without (cpu, mode) (${rate('cpu_seconds_total', busyModes)})` })],
    ]),
    measure('memory', naming, [
      [
        gauge(selector('node_memory_MemTotal_bytes', settings), bytesToMiB),
        gauge(selector('node_memory_MemAvailable_bytes', settings), -bytesToMiB),
      ],
    ]),
    measure('networkRx', naming, [[devices(rate('network_receive_bytes_total', ownLinks))]]),
    measure('networkTx', naming, [[devices(rate('network_transmit_bytes_total', ownLinks))]]),
    measure('disk', naming, [
      [devices(rate('disk_read_bytes_total', ownDisks), rate('disk_written_bytes_total', ownDisks))],
    ]),
  ].map((shape) => ({ ...shape, from: 'node-exporter' }))
}

function vmprobe(settings: PresetSettings): readonly MeasureShape<PromQuery>[] {
  const { vmprobePrefix: prefix } = settings
  const host: SeriesNaming = { of: 'host', id: [], name: ['instance'], host: [], sum: [] }
  const global = (name: string) => selector(`${prefix}_global_${name}`, settings)
  const guest: SeriesNaming = {
    of: 'instance',
    id: [],
    name: [],
    host: ['instance'],
    sum: [],
    within: {
      before: `${prefix}_domain_`,
      after: ['_cpu_cputime', '_memory_alloc', '_memory_unused', '_memory_rss'],
    },
  }
  const domain = (name: string) => `{__name__=~"${prefix}_domain_.+_${name}"${and(settings)}}`
  return [
    measure('cpu', host, [[counter(global('cpu_kernel'), nanoseconds), counter(global('cpu_user'), nanoseconds)]]),
    measure('memory', host, [[gauge(global('memory_total'), kibToMiB), gauge(global('memory_available'), -kibToMiB)]]),
    measure('cpu', guest, [[counter(domain('cpu_cputime'), nanoseconds)]]),
    measure('memory', guest, [
      [gauge(domain('memory_alloc'), kibToMiB), gauge(domain('memory_unused'), -kibToMiB)],
      [gauge(domain('memory_rss'), kibToMiB)],
    ]),
  ].map((shape) => ({ ...shape, from: 'vmprobe' }))
}

function measure(
  metric: Metric,
  naming: SeriesNaming,
  sums: readonly (readonly Term<PromQuery>[])[],
): Omit<MeasureShape<PromQuery>, 'from'> {
  return { metric, naming, sums }
}

function counter(query: string, factor = 1): Term<PromQuery> {
  return { query: { selector: query }, kind: 'counter', factor }
}

function gauge(query: string | PromQuery, factor = 1): Term<PromQuery> {
  return { query: typeof query === 'string' ? { selector: query } : query, kind: 'gauge', factor }
}

function selector(name: string, settings: PresetSettings): string {
  return settings.match === undefined ? name : `${name}{${settings.match}}`
}

function and({ match }: PresetSettings): string {
  return match === undefined ? '' : `,${match}`
}
