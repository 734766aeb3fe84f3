// Asks a started Gleaner for the usage of the past minutes and compares it with what push.mjs has stored in the engines: what
// its sources fetched of the past and what they go on to fetch must stand in its windows, under the right instances.
//   usage: served.mjs GLEANER-URL      ends with 0 when enough minutes are there and none differs
import { coresAt, memoryAt, minuteMs, throughHoles, unlessHole } from './figures.mjs'

const [url] = process.argv.slice(2)
const minutes = 45
const least = 30
const wanted = [
  [1, 'cpu', throughHoles((minute) => coresAt(1, minute))],
  [1, 'memory', unlessHole((minute) => memoryAt(1, minute))],
  [2, 'cpu', throughHoles((minute) => coresAt(2, minute))],
  [2, 'memory', unlessHole((minute) => memoryAt(2, minute))],
  [3, 'cpu', unlessHole((minute) => coresAt(5, minute))],
  [3, 'memory', unlessHole((minute) => memoryAt(5, minute))],
]

let missing = 0
for (const [digit, metric, valueAt] of wanted) {
  const id = encodeURIComponent(`lab:6c65616e-6572-4000-8000-00000000000${digit}`)
  const path = `/api/v1/instances/${id}/telemetry?metric=${metric}&for=${minutes}m&points=${minutes}`
  const response = await fetch(`${url}${path}`)
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  const { at, average } = await response.json()
  let equal = 0
  const faults = []
  average.forEach((value, index) => {
    // Buckets begin with the question, not with a minute: each holds the one minute that begins in it.
    const minute = Math.ceil(Date.parse(at[index]) / minuteMs)
    const expected = valueAt(minute)
    if (value === null || expected === undefined) return
    // Windows keep single precision.
    if (Math.abs(value - expected) <= 1e-4 * Math.max(1, expected)) equal++
    else faults.push(`${new Date(minute * minuteMs).toISOString()}: ${value} instead of ${expected}`)
  })
  const isRight = equal >= least && faults.length === 0
  if (!isRight) missing++
  const detail = faults.length === 0 ? '' : `; ${faults.slice(0, 3).join(', ')}`
  console.log(`  ${isRight ? '✓' : '✗ FAILED:'} ${metric} of instance ${digit}: ${equal} minutes as stored${detail}`)
}
process.exit(missing === 0 ? 0 : 1)
