// Reads the past and the newest minutes out of the real engines by Gleaner's drivers, and compares them with what push.mjs has
// stored: every minute must have the value that was stored, and every minute without one must be a gap.
//   usage: compare.mjs PROMETHEUS VICTORIA INFLUX NODE-EXPORTER LIBVIRT-EXPORTER      (of a built checkout)
import { makeInfluxSource } from '../../packages/drivers/influx/dist/index.js'
import { makePrometheusSource } from '../../packages/drivers/prometheus/dist/index.js'
import { metrics } from '../../packages/model/dist/index.js'
import { realClock, subjectDirectory } from '../../packages/server/dist/index.js'
import { bytesAt, coresAt, memoryAt, minuteMs, throughHoles, unlessHole } from './figures.mjs'

const [prometheus, victoria, influx, nodeExporter, libvirtExporter] = process.argv.slice(2)
const minutesBack = 170
const never = new AbortController().signal
const subject = (digit) => `lab:6c65616e-6572-4000-8000-00000000000${digit}`
const instances = ['prom-1', 'vm-1', 'influx-1', 'live-1'].map((name, index) => ({
  id: subject(index + 1),
  name,
  hostId: name === 'live-1' ? 'lab:kvm2' : 'lab:kvm1',
}))
const hosts = ['kvm1', 'kvm2'].map((name) => ({ id: `lab:${name}`, name }))
const subjects = subjectDirectory([{ hosts, instances }], '1')

const common = { clouds: ['lab'], clock: realClock, stepMs: minuteMs, lookbackMs: 300_000 }
const names = { [nodeExporter]: 'kvm2', [libvirtExporter]: 'kvm2' }
const sources = {
  prometheus: makePrometheusSource({
    ...common,
    id: 'prometheus',
    url: prometheus,
    presets: ['libvirt-exporter'],
    match: 'site="lab"',
  }),
  'victoria by export': makePrometheusSource({ ...common, id: 'victoria', url: victoria, presets: ['vmprobe'] }),
  'victoria by query': makePrometheusSource({
    ...common,
    id: 'victoria',
    url: victoria,
    presets: ['vmprobe'],
    export: false,
  }),
  influx: makeInfluxSource({
    ...common,
    id: 'influx',
    url: influx,
    place: { database: 'scrooge' },
    presets: ['scroogevm'],
  }),
}

// The second device begins anew at each full hour: a minute of which nobody can tell the sum.
const received = (minute) => (minute % 60 === 0 ? undefined : throughHoles((each) => bytesAt(1, each) + 512)(minute))
const vmprobe = [
  [subject(2), 'cpu', throughHoles((minute) => coresAt(2, minute))],
  [subject(2), 'memory', unlessHole((minute) => memoryAt(2, minute))],
  ['lab:kvm1', 'cpu', throughHoles((minute) => coresAt(3, minute) + coresAt(4, minute))],
]
const expected = {
  prometheus: [
    [subject(1), 'cpu', throughHoles((minute) => coresAt(1, minute))],
    [subject(1), 'memory', unlessHole((minute) => memoryAt(1, minute))],
    [subject(1), 'networkRx', received],
  ],
  'victoria by export': vmprobe,
  'victoria by query': vmprobe,
  influx: [
    [subject(3), 'cpu', unlessHole((minute) => coresAt(5, minute))],
    [subject(3), 'memory', unlessHole((minute) => memoryAt(5, minute))],
  ],
}

let failures = 0
const tell = (ok, text) => {
  if (!ok) failures++
  console.log(`  ${ok ? '✓' : '✗ FAILED:'} ${text}`)
}

/** `subject metric minute` → value. */
function put(cells, { subjects: rows, atMs, values }) {
  rows.forEach((row, index) =>
    metrics.forEach((metric, column) => {
      const value = values[index * metrics.length + column]
      if (!Number.isNaN(value)) cells.set(`${row} ${metric} ${Math.floor(atMs[index] / minuteMs)}`, value)
    }),
  )
}

function compare(name, cells, { from, to }) {
  for (const [row, metric, valueAt] of expected[name]) {
    let equal = 0
    const faults = []
    for (let minute = from; minute < to; minute++) {
      const wanted = valueAt(minute)
      const found = cells.get(`${row} ${metric} ${minute}`)
      const same =
        wanted === undefined || found === undefined
          ? wanted === found
          : Math.abs(found - wanted) <= 1e-6 * Math.max(1, wanted)
      if (same) equal++
      else faults.push(`${new Date(minute * minuteMs).toISOString()}: ${found} instead of ${wanted}`)
    }
    const detail = faults.length === 0 ? '' : `; ${faults.slice(0, 3).join(', ')}`
    tell(faults.length === 0, `${name}: ${metric} of ${row}: ${equal} of ${to - from} minutes equal${detail}`)
  }
}

const now = Math.floor(Date.now() / minuteMs)
for (const [name, source] of Object.entries(sources)) {
  for (const { what, ok, detail } of await source.check(never)) tell(ok, `${name}: ${what}: ${detail}`)
  const past = new Map()
  const span = { fromMs: (now - minutesBack) * minuteMs, toMs: now * minuteMs, subjects }
  for await (const { batch } of source.history(span, never)) put(past, batch)
  compare(name, past, { from: now - minutesBack, to: now })
  const newest = new Map()
  const { batch, notes } = await source.sample(subjects, never)
  put(newest, batch)
  compare(name, newest, { from: now - 4, to: now })
  tell(
    notes.unmatched + notes.ambiguous + notes.duplicate === 0,
    `${name}: every one of ${notes.series} series has its owner`,
  )
  await source.close()
}

// What the exporters of this machine say is not known beforehand, but whose it is and what size it can have is.
const live = makePrometheusSource({
  ...common,
  id: 'live',
  url: prometheus,
  presets: ['node-exporter', 'libvirt-exporter'],
  match: 'job=~"node|libvirt"',
  names,
})
for (const { what, ok, detail } of await live.check(never)) tell(ok, `live: ${what}: ${detail}`)
const figures = new Map()
put(figures, (await live.sample(subjects, never)).batch)
await live.close()
const latest = (row, metric) => [...figures].findLast(([cell]) => cell.startsWith(`${row} ${metric} `))?.[1]
const memory = latest('lab:kvm2', 'memory')
tell(memory > 100, `live: this machine uses ${memory?.toFixed(0)} MiB of memory`)
const cores = latest('lab:kvm2', 'cpu')
tell(cores > 0 && cores < 1024, `live: and ${cores?.toFixed(2)} cores`)
tell(latest(subject(4), 'memory') > 0, 'live: the domain of the test driver has memory')
process.exit(failures === 0 ? 0 : 1)
