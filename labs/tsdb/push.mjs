// Stores known usage in the engines, in the forms that exporters and collectors give it: from `hours` ago to ten minutes ahead.
//   usage: push.mjs PROMETHEUS VICTORIA INFLUX [HOURS=3]
// Prometheus (remote write):   prom-1 as libvirt exporter, two network devices, one of which begins anew every hour
// VictoriaMetrics (import):    vm-1 and the host kvm1 as vmprobe
// InfluxDB (line protocol):    influx-1 as vmaggreg of ScroogeVM writes it
import { bytesAt, coresAt, isHole, memoryAt, minuteMs, sampleMs } from './figures.mjs'

const [prometheus, victoria, influx, hours = '3'] = process.argv.slice(2)
const now = Math.floor(Date.now() / minuteMs)
const minutes = Array.from({ length: Number(hours) * 60 + 11 }, (_, index) => now - Number(hours) * 60 + index)

/** A counter whose rate in the minute before each sample is `rateAt` of that minute. */
function counter(rateAt, from = 1000) {
  let value = from
  return minutes.map((minute) => [minute, (value += rateAt(minute) * 60)])
}
const gauge = (valueAt) => minutes.map((minute) => [minute, valueAt(minute)])
const stored = (samples) => samples.filter(([minute]) => !isHole(minute))

async function post(url, body, headers = {}) {
  const response = await fetch(url, { method: 'POST', body, headers })
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
}

// Remote write 1.0: protobuf in a snappy block, here of literals only.
const varint = (number) => {
  const bytes = []
  for (; number > 127; number = Math.floor(number / 128)) bytes.push((number % 128) | 128)
  return Buffer.from([...bytes, number])
}
const field = (number, bytes) => Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes])
const text = (number, string) => field(number, Buffer.from(string))
function series(labels, samples) {
  const parts = Object.keys(labels)
    .sort()
    .map((name) => field(1, Buffer.concat([text(1, name), text(2, labels[name])])))
  for (const [minute, value] of stored(samples)) {
    const number = Buffer.alloc(9)
    number[0] = 9
    number.writeDoubleLE(value, 1)
    parts.push(field(2, Buffer.concat([number, Buffer.from([16]), varint(sampleMs(minute))])))
  }
  return field(1, Buffer.concat(parts))
}
function snappy(bytes) {
  const parts = [varint(bytes.length)]
  for (let at = 0; at < bytes.length; at += 65_536) {
    const piece = bytes.subarray(at, at + 65_536)
    const head = Buffer.alloc(3)
    head[0] = 61 << 2
    head.writeUInt16LE(piece.length - 1, 1)
    parts.push(head, piece)
  }
  return Buffer.concat(parts)
}
const domain = { domain: 'prom-1', uuid: '6c65616e-6572-4000-8000-000000000001', instance: 'kvm1:9177', site: 'lab' }
const libvirt = (name, samples, more = {}) =>
  series({ __name__: `libvirt_domain_${name}`, ...domain, ...more }, samples)
const write = Buffer.concat([
  libvirt(
    'info_cpu_time_seconds_total',
    counter((minute) => coresAt(1, minute)),
  ),
  libvirt(
    'memory_stats_available_bytes',
    gauge(() => 2 ** 30),
  ),
  libvirt(
    'memory_stats_usable_bytes',
    gauge((minute) => 2 ** 30 - memoryAt(1, minute) * 2 ** 20),
  ),
  libvirt(
    'interface_stats_receive_bytes_total',
    counter((minute) => bytesAt(1, minute)),
    { target_device: 'vnet0' },
  ),
  libvirt(
    'interface_stats_receive_bytes_total',
    gauge((minute) => (minute % 60) * 60 * 512),
    { target_device: 'vnet1' },
  ),
])
await post(`${prometheus}/api/v1/write`, snappy(write), {
  'content-type': 'application/x-protobuf',
  'content-encoding': 'snappy',
  'x-prometheus-remote-write-version': '0.1.0',
})

const lines = []
const vmprobe = (name, samples) => {
  for (const [minute, value] of stored(samples))
    lines.push(`vmprobe_${name}{instance="kvm1:9100"} ${value} ${sampleMs(minute)}`)
}
vmprobe(
  'domain_vm1_cpu_cputime',
  counter((minute) => coresAt(2, minute) * 1e9),
)
vmprobe(
  'domain_vm1_memory_alloc',
  gauge(() => 1_048_576),
)
vmprobe(
  'domain_vm1_memory_unused',
  gauge((minute) => 1_048_576 - memoryAt(2, minute) * 1024),
)
vmprobe(
  'global_cpu_kernel',
  counter((minute) => coresAt(3, minute) * 1e9),
)
vmprobe(
  'global_cpu_user',
  counter((minute) => coresAt(4, minute) * 1e9),
)
await post(`${victoria}/api/v1/import/prometheus`, `${lines.join('\n')}\n`)

await post(`${influx}/query?q=${encodeURIComponent('CREATE DATABASE scrooge')}`)
const points = minutes
  .filter((minute) => !isHole(minute))
  .map((minute) => {
    const megabytes = (memoryAt(5, minute) * 1_048_576) / 1_000_000
    return `domain,url=http://kvm1:9100/metrics,domain=influx1 cpu_usage=${coresAt(5, minute)},mem_usage=${megabytes} ${sampleMs(minute)}`
  })
await post(`${influx}/write?db=scrooge&precision=ms`, points.join('\n'))
console.log(`stored ${minutes.length} minutes in three engines`)
