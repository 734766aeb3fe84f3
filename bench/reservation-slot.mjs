// How long does it take to find the earliest slot of a flexible lease? 10 of 1,000 hosts among 10,000 leases (limit: median
// under 1 ms of CPU) and 10 of 10,000 hosts among 100,000 leases (limit: 10 ms). Ten leases a host over three months; hosts
// are so busy that the slot is seldom at the beginning of the window. Every question is asked with a property filter that a
// quarter of the hosts fail. Printed apart: the whole answer with the choice of hosts, and a refusal with the reason of
// every host.
// Usage: npm run bench reservation-slot
import { earliestStart, planLease, readJsonFilter, ReservationBook, unitsOf } from '@gleaner/engine'
import { mulberry, wholeOf } from './parts/seeded.mjs'

const hour = 3_600_000
const questions = 400

const random = mulberry(42)
const whole = wholeOf(random)

/** Each host is taken for nine tenths of the three months, in ten leases with gaps of one to three days between them. */
function calendarOf(hosts) {
  const book = new ReservationBook(
    Array.from({ length: hosts }, (_, nth) => ({
      id: `c:${nth}`,
      name: `h${nth}`,
      capacity: [64, 262_144, 2000],
      properties: new Map([
        ['vcpus', 64],
        ['rack', `r${nth % 4}`],
      ]),
      closed: undefined,
    })),
  )
  let leases = 0
  for (let nth = 0; nth < hosts; nth++) {
    let at = whole(0, 24)
    for (let lease = 0; lease < 10; lease++) {
      const length = whole(120, 300)
      const span = { startMs: at * hour, endMs: (at + length) * hour }
      const id = `l${leases++}`
      book.book([{ hostId: `c:${nth}`, leaseId: id, reservationId: id, span, need: 'whole' }])
      at += length + whole(6, 48)
    }
  }
  return { book, leases }
}

const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
function timed(rounds, ask) {
  const took = []
  for (let nth = 0; nth < rounds + 50; nth++) {
    const start = process.cpuUsage()
    ask()
    const { user, system } = process.cpuUsage(start)
    if (nth >= 50) took.push((user + system) / 1000)
  }
  took.sort((a, b) => a - b)
  return took
}

const filter = readJsonFilter(['and', ['>=', '$vcpus', 32], ['!=', '$rack', 'r3']])
let failed = false
for (const [hosts, limitMs] of [
  [1000, 1],
  [10_000, 10],
]) {
  const { book, leases } = calendarOf(hosts)
  const units = unitsOf({ kind: 'hosts', min: 10, max: 10 })
  let waited = 0
  let asked = 0
  const slot = timed(questions, () => {
    const fromMs = whole(0, 1500) * hour
    const stay = { fromMs, untilMs: fromMs + 2000 * hour, durationMs: whole(12, 40) * hour }
    const { startMs } = earliestStart({ calendars: book.calendars, units, stay })
    if (startMs > fromMs) waited++
    asked++
  })
  const question = (min, durationMs) => {
    const startMs = whole(0, 1500) * hour
    return {
      nowMs: 0,
      window: { startMs, endMs: startMs + 2000 * hour },
      durationMs,
      reservations: [{ wish: { kind: 'hosts', min, max: min }, filter }],
    }
  }
  let found = 0
  const plan = timed(questions, () => {
    if (planLease(book, question(10, whole(12, 40) * hour)).found) found++
  })
  const tight = timed(questions / 4, () => planLease(book, question(Math.floor(hosts / 4), 40 * hour)))
  const refused = timed(20, () => planLease(book, question(hosts, 12 * hour)))
  const words = (list) =>
    [0.5, 0.9, 0.99].map((share) => `p${share * 100} ${quantile(list, share).toFixed(2)}`).join(', ')
  console.log(
    `${hosts} hosts, ${leases} leases; ${((100 * waited) / asked).toFixed(0)} % of the slots lie later than the window begins`,
  )
  console.log(`  earliest slot of 10 hosts: ${words(slot)} ms; limit ${limitMs} ms (median)`)
  console.log(`  planned whole, with filter and choice: ${words(plan)} ms (${found} found)`)
  console.log(`  a quarter of all hosts at once, the hardest to find: ${words(tight)} ms`)
  console.log(`  refused, with the reason of every host: ${words(refused)} ms\n`)
  if (quantile(slot, 0.5) > limitMs) failed = true
}
process.exit(failed ? 1 : 0)
