// How long do 5,000 firm requests take on a cloud that is full of preemptible instances, each of which needs three of the
// four that fill a host? The shape of Kubernetes' own benchmark "PreemptionBasic" at 5,000 nodes. Limit: 10 s for all of them,
// decisions and what follows from each, with no victim too many: 15,000. Then the same for other numbers of hosts, to see how
// it grows; with a file name the growth is drawn. Usage: node bench/preemption-basic.mjs [hosts [FILE.svg]]
import { writeFileSync } from 'node:fs'
import { decideRoom, defaultRoomSettings, RoomIndex } from '@gleaner/engine'

const hostCount = Number(process.argv[2] ?? 5000)
const drawing = process.argv[3]
const limitS = 10 * (hostCount / 5000)

function fill(count) {
  const hosts = Array.from({ length: count }, (_, nth) => ({
    name: `h${nth}`,
    vcpus: 4,
    ramMiB: 16_384,
    diskGiB: 100,
    instances: [0, 1, 2, 3].map((slot) => ({
      id: `i${nth}-${slot}`,
      preemptible: true,
      vcpus: 1,
      ramMiB: 2048,
      diskGiB: 10,
      ageS: 3600 + ((nth * 7 + slot * 13) % 5000),
    })),
  }))
  return new RoomIndex(hosts)
}

/** As many requests as there are hosts; each is carried out before the next is decided. */
function preemptAll(count, requests = count) {
  const index = fill(count)
  const request = { preemptible: false, vcpus: 3, ramMiB: 6144, diskGiB: 30, count: 1 }
  const took = new Float64Array(requests)
  let victims = 0
  const began = performance.now()
  for (let nth = 0; nth < requests; nth++) {
    const start = performance.now()
    const decision = decideRoom(index, { request, settings: defaultRoomSettings, nowS: nth, mayEvict: true })
    took[nth] = performance.now() - start
    if (!decision.feasible) throw new Error(`request ${nth} of ${requests} was refused`)
    victims += decision.victims.length
    for (const { id } of decision.victims) index.remove(id)
    const { preemptible, vcpus, ramMiB, diskGiB } = request
    const firm = { id: `f${nth}`, preemptible, vcpus, ramMiB, diskGiB, ageS: 0 }
    for (const host of decision.hosts) index.place(firm, index.names[host], nth)
  }
  const s = (performance.now() - began) / 1000
  took.sort()
  return { s, victims, requests, p50: took[requests >> 1], p99: took[Math.floor(requests * 0.99)] }
}

const told = ({ s, victims, requests, p50, p99 }) =>
  `${requests} requests in ${s.toFixed(2)} s (${Math.round(requests / s)}/s), ${victims} victims; a decision p50 ${p50.toFixed(3)}, p99 ${p99.toFixed(3)} ms`

const cpu = process.cpuUsage()
const whole = preemptAll(hostCount)
const { user, system } = process.cpuUsage(cpu)
console.log(`${hostCount} hosts, ${hostCount * 4} preemptible instances: ${told(whole)}`)
console.log(`  ${((user + system) / 1e6).toFixed(2)} s of CPU; limit ${limitS} s, ${3 * hostCount} victims\n`)
const grown = [100, 300, 1000, 3000, 10_000, 30_000, 100_000].map((count) => {
  const requests = Math.min(count, Math.max(100, Math.round(3e6 / count)))
  return { count, ...preemptAll(count, requests) }
})
for (const each of grown) console.log(`${each.count} hosts: ${told(each)}`)
if (drawing !== undefined) writeFileSync(drawing, growthChart(grown))
process.exit(whole.s <= limitS && whole.victims === 3 * hostCount ? 0 : 1)

/** Time of a decision over the number of hosts, both on logarithmic axes; each point says its figure when pointed at. */
function growthChart(points) {
  const [width, height, left, bottom] = [720, 400, 70, 50]
  const x = (hosts) => left + (Math.log10(hosts / 100) / 3) * (width - left - 20)
  const y = (ms) => height - bottom - (Math.log10(ms / 0.01) / 5) * (height - bottom - 20)
  const line = (key, colour) =>
    `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.map((each) => `${x(each.count).toFixed(1)},${y(each[key]).toFixed(1)}`).join(' ')}"/>` +
    points
      .map(
        (each) =>
          `<circle cx="${x(each.count).toFixed(1)}" cy="${y(each[key]).toFixed(1)}" r="4" fill="${colour}"><title>${each.count} hosts: ${key} ${each[key].toFixed(3)} ms</title></circle>`,
      )
      .join('')
  const grid = (at, text, isRow) =>
    isRow
      ? `<line x1="${left}" x2="${width - 20}" y1="${at}" y2="${at}" stroke="#8884"/><text x="${left - 8}" y="${at + 4}" text-anchor="end">${text}</text>`
      : `<line x1="${at}" x2="${at}" y1="20" y2="${height - bottom}" stroke="#8884"/><text x="${at}" y="${height - bottom + 18}" text-anchor="middle">${text}</text>`
  const rows = [0.01, 0.1, 1, 10, 100, 1000].map((ms) => grid(y(ms), `${ms} ms`, true)).join('')
  const columns = [100, 1000, 10_000, 100_000]
    .map((hosts) => grid(x(hosts), hosts.toLocaleString('en'), false))
    .join('')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#777" role="img" aria-label="Time of a decision that makes three instances leave, over the number of hosts">
<title>Time of a decision that makes three instances leave, over the number of hosts</title>
${rows}${columns}${line('p50', '#2a78d6')}${line('p99', '#c2410c')}
<text x="${left + 20}" y="36" fill="#2a78d6">median</text><text x="${left + 80}" y="36" fill="#c2410c">99th percentile</text>
<text x="${width / 2}" y="${height - 10}" text-anchor="middle">hosts, each full of four preemptible instances</text>
</svg>
`
}
