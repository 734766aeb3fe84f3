// How much CPU does it take to take in a million samples? Limit: 1 s, for samples of 110,000 subjects with all seven metrics,
// minute after minute, by their ids; the hours that become sketches meanwhile are included. Also shown: the same by slots,
// and the dearest single minute. Usage: npm run bench telemetry-ingest [subjects]
import { TelemetryWindows } from '@gleaner/engine'
import { metrics } from '@gleaner/model'
import { congruential } from './parts/seeded.mjs'

const subjects = Number(process.argv[2] ?? 110_000)
const limitMs = 1000
const minuteMs = 60_000
const startMs = Date.UTC(2026, 5, 1)

const random = congruential(1)
const ids = Array.from({ length: subjects }, (_, i) => `cloud-a:${(i * 2_654_435_761) % 2 ** 32}-instance-${i}`)
const values = new Float64Array(subjects * metrics.length)
for (let i = 0; i < values.length; i++) values[i] = random() < 0.5 ? random() : 1e6 * random()
const atMs = new Float64Array(subjects)

const windows = new TelemetryWindows({ maxSubjects: subjects })
const slots = Int32Array.from(ids, (id) => windows.add(id))
const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
let minute = 0
function ingest(how, minutes) {
  let spent = 0
  let dearest = 0
  let accepted = 0
  for (let end = minute + minutes; minute < end; minute++) {
    const nowMs = startMs + minute * minuteMs
    for (let i = 0; i < subjects; i++) atMs[i] = nowMs - (i % 50_000)
    const before = cpuMs()
    accepted += windows.ingest(
      how === 'slots' ? { slots, atMs, values } : { subjects: ids, atMs, values },
      nowMs,
    ).accepted
    const took = cpuMs() - before
    spent += took
    dearest = Math.max(dearest, took)
  }
  return { perMillion: (spent / accepted) * 1e6, dearest, accepted }
}
ingest('ids', 130)
const hour = Number(process.argv[3] ?? 60)
const byId = ingest('ids', hour)
const bySlot = ingest('slots', hour)
const show = (name, { perMillion, dearest, accepted }) =>
  console.log(
    `${name}: ${perMillion.toFixed(0)} ms of CPU per million samples (${((perMillion / metrics.length) * 1).toFixed(0)} ms per million values), dearest minute of ${subjects} subjects ${dearest.toFixed(0)} ms, over ${accepted} samples`,
  )
show('by id  ', byId)
show('by slot', bySlot)
const ok = byId.perMillion < limitMs
console.log(`${ok ? 'within' : 'OVER'} the limit of ${limitMs} ms per million samples`)
process.exit(ok ? 0 : 1)
