// What does the Nova-compatible front add to a request? A nova that answers at once, asked directly and through the front by
// the same client, 16 connections at a time:
//   small request  GET of a flavor, passed on as it is: CPU of the front per request, and how much longer it takes
//   a page         GET /servers/detail of 1,000 servers at 2.90 (2.1 MB), links and flags written while it streams: the same
//   memory         resident memory gained while 200 MB stream through to a client that reads slowly
// nova, the client and the front are three processes, so that CPU is the front's alone.
// Limits: 1 ms of CPU for the small request, 50 ms for the page, 64 MiB of memory.
import { fork } from 'node:child_process'
import { Agent, createServer, get } from 'node:http'
import { parseConfig, realClock } from '@gleaner/server'
import { openFront } from '../packages/server/dist/compat/nova/open-front.js'

const limits = { smallMs: 1, pageMs: 50, memoryMiB: 64 }
const [role, novaUrl] = process.argv.slice(2)
if (role === 'nova') runNova()
else if (role === 'front') await runFront()
else await measure()

function runNova() {
  let base = ''
  const link = (path) => [
    { rel: 'self', href: `${base}/v2.1${path}` },
    { rel: 'bookmark', href: `${base}${path}` },
  ]
  const flavor = () => ({
    flavor: { id: '1', name: 'small', vcpus: 1, ram: 2048, disk: 10, links: link('/flavors/1') },
  })
  const server = (i) => ({
    id: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
    name: `server-${i}`,
    status: 'ACTIVE',
    tenant_id: '65542fd6dacb409ca8e2749f0fe69f34',
    user_id: '242ddd0f575a4474bc31ebe860f567aa',
    metadata: { role: 'web', owner: 'somebody', note: 'x'.repeat(200) },
    hostId: 'f'.repeat(56),
    image: { id: '1e48f4c5-96ee-4d4b-a470-c69ce08d5e13', links: link('/images/1') },
    flavor: { vcpus: 1, ram: 2048, disk: 10, ephemeral: 0, swap: 0, original_name: 'small', extra_specs: {} },
    addresses: { net: [{ version: 4, addr: '10.0.0.1', 'OS-EXT-IPS:type': 'fixed', 'OS-EXT-IPS-MAC:mac_addr': 'fa' }] },
    links: link(`/servers/${i}`),
    created: '2026-11-28T13:56:46Z',
    updated: '2026-11-28T13:56:50Z',
    'OS-EXT-STS:vm_state': 'active',
    'OS-EXT-STS:task_state': null,
    'OS-EXT-SRV-ATTR:host': 'compute-1',
    'os-extended-volumes:volumes_attached': [],
    security_groups: [{ name: 'default' }],
    description: 'y'.repeat(400),
    tags: i % 3 === 0 ? ['preemptible'] : [],
  })
  let small
  let page
  const nova = createServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    if (request.url.endsWith('/flavors/1')) response.end(small)
    else if (request.url.endsWith('/servers/detail')) response.end(page)
    else {
      const block = Buffer.alloc(1_000_000, 0x20)
      let left = 200
      const more = () => {
        while (left-- > 0) if (!response.write(block)) return response.once('drain', more)
        response.end()
      }
      more()
    }
  })
  nova.listen(0, '127.0.0.1', () => {
    base = `http://127.0.0.1:${nova.address().port}`
    small = Buffer.from(JSON.stringify(flavor()))
    page = Buffer.from(JSON.stringify({ servers: Array.from({ length: 1000 }, (_, i) => server(i)) }))
    process.send({ url: base, pageBytes: page.length })
  })
}

async function runFront() {
  const config = parseConfig(
    `clouds: [{ id: lab, kind: simulated }]
front: { cloud: lab, upstream: "${novaUrl}", identity: "${novaUrl}", listen: "127.0.0.1:0" }`,
    'bench.yaml',
    { environment: {}, directory: '/' },
  )
  const app = { config, clock: realClock, state: { clouds: new Map(), modes: config.policy.modes }, log: console }
  const front = await openFront(app, config.front)
  process.on('message', () => process.send({ cpu: process.cpuUsage(), rss: process.memoryUsage.rss() }))
  process.send({ url: `http://127.0.0.1:${front.port}/compute` })
}

async function measure() {
  const nova = start('nova')
  const { url, pageBytes } = await said(nova)
  const front = start('front', url)
  const { url: frontUrl } = await said(front)
  const asked = (what) => {
    front.send(what)
    return said(front)
  }
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  const headers = { 'x-auth-token': 'bench', 'openstack-api-version': 'compute 2.90' }
  const read = (base, path, each) =>
    new Promise((resolve, reject) => {
      get(`${base}${path}`, { agent, headers }, (answer) => {
        let bytes = 0
        answer.on('data', (chunk) => {
          bytes += chunk.length
          each?.(answer)
        })
        answer.once('end', () => resolve(bytes))
        answer.once('error', reject)
      }).once('error', reject)
    })
  const rounds = async (base, path, count) => {
    const beganMs = performance.now()
    let left = count
    const worker = async () => {
      while (left-- > 0) await read(base, path)
    }
    await Promise.all(Array.from({ length: 16 }, worker))
    return (performance.now() - beganMs) / count
  }
  const cpuMs = ({ cpu }) => (cpu.user + cpu.system) / 1000
  const figures = {}
  for (const [name, path, count] of [
    ['small', '/v2.1/flavors/1', 5000],
    ['page', '/v2.1/servers/detail', 100],
  ]) {
    await rounds(frontUrl, path, count / 5)
    await rounds(url, path, count / 5)
    const direct = await rounds(url, path, count)
    const before = await asked('figures')
    const through = await rounds(frontUrl, path, count)
    figures[name] = { cpu: (cpuMs(await asked('figures')) - cpuMs(before)) / count, direct, through }
  }
  const before = await asked('figures')
  let most = before.rss
  let sinceLook = 0
  const slowly = (answer) => {
    answer.pause()
    setTimeout(() => answer.resume(), 1)
    if (++sinceLook % 50 === 0) void asked('figures').then(({ rss }) => (most = Math.max(most, rss)))
  }
  const streamed = await read(frontUrl, '/v2.1/large', slowly)
  const memoryMiB = (most - before.rss) / 1_048_576
  for (const child of [nova, front]) child.kill()

  const { small, page } = figures
  const line = (name, { cpu, direct, through }) =>
    console.log(
      `${name}: ${cpu.toFixed(2)} ms of CPU in the front; ${direct.toFixed(2)} ms each directly, ${through.toFixed(2)} ms through it`,
    )
  line('small request', small)
  line(`page of 1,000 servers (${(pageBytes / 1e6).toFixed(1)} MB)`, page)
  console.log(`  that is ${Math.round(pageBytes / 1e3 / page.cpu)} MB a second and core`)
  console.log(`${streamed / 1e6} MB to a slow reader: ${memoryMiB.toFixed(0)} MiB more at the most`)
  const ok = small.cpu <= limits.smallMs && page.cpu <= limits.pageMs && memoryMiB <= limits.memoryMiB
  console.log(ok ? 'within the limits' : 'OVER a limit')
  process.exit(ok ? 0 : 1)
}

function start(...args) {
  return fork(new URL(import.meta.url), args)
}

function said(child) {
  return new Promise((resolve) => child.once('message', resolve))
}
