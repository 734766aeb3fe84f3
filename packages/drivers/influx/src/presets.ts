// Which measurements well-known collectors write, and how they become metrics.
//
// telegraf   hosts by its plugins cpu (per processor: shares in percent), mem, net and diskio, by the tag host; instances by its
//            plugin libvirt: times in nanoseconds, memory in KiB, by the tag domain_name. Not counted: devices made of others.
// scroogevm  what ScroogeVM's vmaggreg writes: node and domain, usage in cores and MB (of 1000 kB); the name of a domain has
//            lost its hyphens there, and url is the exporter that was read: the host.
import type { MeasureShape } from '@gleaner/driver-series'
import type { Metric } from '@gleaner/model'
import type { SeriesNaming, Term } from '@gleaner/wire-timeseries'
import { type FieldQuery, tagCondition } from './field-query.ts'
import type { InfluxPreset } from './options.ts'

const bytesToMiB = 1 / 1_048_576
const kibToMiB = 1 / 1024
const mbToMiB = 1_000_000 / 1_048_576
const percent = 0.01
const nanoseconds = 1e-9

type Where = Readonly<Record<string, string>>

export function presetMeasures(preset: InfluxPreset): readonly MeasureShape<FieldQuery>[] {
  const shapes = preset === 'telegraf' ? [...telegrafHosts(), ...telegrafInstances()] : scroogevm()
  return shapes.map((shape) => ({ ...shape, from: preset }))
}

const ownProcessors: Where = { cpu: '!cpu-total' }
const ownLinks: Where = { interface: '!/^(all|lo|(ifb|veth|tap|vnet|virbr|br|docker|bond|team|ovs).*|.*[.@].*)$/' }
const ownDisks: Where = { name: '!/^((dm-|md|loop|ram|zram|sr|fd|nbd).*|(sd|vd|xvd|hd)[a-z]+[0-9]+|.*[0-9]p[0-9]+)$/' }

function telegrafHosts() {
  const naming = (...sum: string[]): SeriesNaming => ({ of: 'host', id: [], name: ['host'], host: [], sum })
  const busy = ['user', 'system', 'nice', 'irq', 'softirq'].map((mode) =>
    gauge('cpu', `usage_${mode}`, { factor: percent, where: ownProcessors }),
  )
  return [
    measure('cpu', naming('cpu'), [busy]),
    measure('memory', naming(), [
      [gauge('mem', 'total', { factor: bytesToMiB }), gauge('mem', 'available', { factor: -bytesToMiB })],
    ]),
    measure('networkRx', naming('interface'), [[counter('net', 'bytes_recv', { where: ownLinks })]]),
    measure('networkTx', naming('interface'), [[counter('net', 'bytes_sent', { where: ownLinks })]]),
    measure('disk', naming('name'), [
      [counter('diskio', 'read_bytes', { where: ownDisks }), counter('diskio', 'write_bytes', { where: ownDisks })],
    ]),
  ]
}

function telegrafInstances() {
  const naming = (...sum: string[]): SeriesNaming => ({
    of: 'instance',
    id: [],
    name: ['domain_name'],
    host: ['host'],
    sum,
  })
  const balloon = (field: string, factor = kibToMiB) => gauge('libvirt_balloon', field, { factor })
  return [
    measure('cpu', naming('vcpu_id'), [[counter('libvirt_vcpu', 'time', { factor: nanoseconds })]]),
    measure('memory', naming(), [
      [balloon('available'), balloon('usable', -kibToMiB)],
      [balloon('available'), balloon('unused', -kibToMiB)],
      [balloon('rss')],
    ]),
    measure('networkRx', naming('interface_id'), [[counter('libvirt_net', 'rx_bytes')]]),
    measure('networkTx', naming('interface_id'), [[counter('libvirt_net', 'tx_bytes')]]),
    measure('disk', naming('block_id'), [[counter('libvirt_block', 'rd_bytes'), counter('libvirt_block', 'wr_bytes')]]),
  ]
}

function scroogevm() {
  const node: SeriesNaming = { of: 'host', id: [], name: ['url'], host: [], sum: [] }
  const domain: SeriesNaming = {
    of: 'instance',
    id: [],
    name: ['domain'],
    host: ['url'],
    sum: [],
    withoutHyphens: true,
  }
  return [
    measure('cpu', node, [[gauge('node', 'cpu_usage')]]),
    measure('memory', node, [[gauge('node', 'mem_usage', { factor: mbToMiB })]]),
    measure('cpu', domain, [[gauge('domain', 'cpu_usage')]]),
    measure('memory', domain, [
      [gauge('domain', 'mem_usage', { factor: mbToMiB })],
      [gauge('domain', 'mem_rss', { factor: mbToMiB })],
    ]),
  ]
}

interface Rest {
  readonly factor?: number
  readonly where?: Where
}

function measure(metric: Metric, naming: SeriesNaming, sums: readonly (readonly Term<FieldQuery>[])[]) {
  return { metric, naming, sums }
}

function gauge(measurement: string, field: string, rest: Rest = {}): Term<FieldQuery> {
  return { ...term(measurement, field, rest), kind: 'gauge' }
}

function counter(measurement: string, field: string, rest: Rest = {}): Term<FieldQuery> {
  return { ...term(measurement, field, rest), kind: 'counter' }
}

function term(measurement: string, field: string, { factor = 1, where = {} }: Rest) {
  const conditions = Object.entries(where).map(([tag, text]) => tagCondition(tag, text))
  return { query: { measurement, field, where: conditions }, factor }
}
