// How long does it take to read the answer of a Prometheus-compatible database with 100,000 series of twelve samples, from
// bytes to rates on steps, and how long is the event loop held by one piece of it? Limits: 1 s of CPU, 50 ms.
// Usage: npm run bench source-prometheus [series]
import { GridReader, PrometheusAnswer } from '@gleaner/wire-timeseries'

const series = Number(process.argv[2] ?? 100_000)
const samples = 12
const limitMs = 1000
const limitPieceMs = 50
const pieceBytes = 65_536
const startMs = 1_700_000_040_000

const text = Array.from({ length: series }, (_, one) => {
  const labels = `{"__name__":"libvirt_domain_info_cpu_time_seconds_total","domain":"instance-${String(one).padStart(8, '0')}","instance":"kvm${one % 1000}:9177","job":"libvirt","uuid":"6695eb01-f6a4-8304-79aa-${String(one).padStart(12, '0')}"}`
  const values = Array.from({ length: samples }, (_, at) => {
    const seconds = startMs / 1000 - 60 + at * 15
    return `[${seconds}.${100 + (one % 900)},"${(one * 1.37 + at * 7.123).toFixed(3)}"]`
  })
  return `{"metric":${labels},"values":[${values.join(',')}]}`
})
const answer = Buffer.from(`{"status":"success","data":{"resultType":"matrix","result":[${text.join(',')}]}}`)

let longestMs = 0
let parsedMs = 0
const reader = new GridReader({
  measures: [
    {
      column: 0,
      busy: 'high',
      sums: [[{ query: 'cpu', kind: 'counter', factor: 1 }]],
      place: ({ uuid }) => ({ subject: `lab:${uuid}`, part: '' }),
    },
  ],
  columns: 7,
  stepMs: 60_000,
  maxGapMs: 180_000,
  fetch: async (_, __, { sink }) => {
    const parser = new PrometheusAnswer(sink)
    for (let at = 0; at < answer.length; at += pieceBytes) {
      const before = performance.now()
      parser.push(answer.subarray(at, at + pieceBytes))
      const tookMs = performance.now() - before
      parsedMs += tookMs
      longestMs = Math.max(longestMs, tookMs)
      await new Promise((resolve) => setImmediate(resolve))
    }
    return parser.finish()
  },
})
let best = Number.POSITIVE_INFINITY
let rows = 0
for (let turn = 0; turn < 5; turn++) {
  // The first two turns warm up: series are met for the first time, and the code is compiled.
  longestMs = turn < 2 ? 0 : longestMs
  parsedMs = 0
  const before = process.cpuUsage()
  const reading = await reader.read({ fromMs: startMs, toMs: startMs + 2 * 60_000 }, new AbortController().signal)
  const { user, system } = process.cpuUsage(before)
  const tookMs = (user + system) / 1000
  console.log(`${turn === 0 ? 'first' : 'again'}: ${tookMs.toFixed(0)} ms of CPU, ${parsedMs.toFixed(0)} ms parsing`)
  if (turn > 1) best = Math.min(best, tookMs)
  rows = reading.rows.subjects.length
}
const megabytes = answer.length / 1e6
console.log(
  `${series} series, ${megabytes.toFixed(1)} MB, ${rows} rows; resident ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`,
)
console.log(`a piece of 64 KiB holds the event loop ${longestMs.toFixed(1)} ms at most (limit ${limitPieceMs} ms)`)
const ok = best < limitMs && longestMs < limitPieceMs
console.log(`${ok ? 'within' : 'OVER'} the limit of ${limitMs} ms: ${best.toFixed(0)} ms of CPU`)
process.exit(ok ? 0 : 1)
