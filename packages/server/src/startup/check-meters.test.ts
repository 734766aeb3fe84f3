// Meters asked once from a configuration: real sockets and folders, one that says nothing at all.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { realClock } from '../clock/real-clock.ts'
import { parseConfig } from '../config/load.ts'
import { checkMeters } from './check-meters.ts'

let folder: string
let silent: Server
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-meters-'))
  const zone = join(folder, 'intel-rapl:0')
  mkdirSync(zone)
  for (const [name, text] of Object.entries({
    name: 'package-0',
    energy_uj: '5000000',
    max_energy_range_uj: '262143328850',
  }))
    writeFileSync(join(zone, name), `${text}\n`)
  silent = createServer()
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true })
  await new Promise((resolve) => silent.close(resolve))
})

it('each is told by itself: one that answers, one that lacks an outlet, one that is silent, and those with nothing to ask', async () => {
  const { port } = silent.address() as AddressInfo
  const { energy } = parseConfig(
    `clouds: [{ id: sim, kind: simulated }]
meters:
  - { id: cpu, kind: rapl, folder: ${folder}, outlets: { package-0: hv-01, package-7: hv-02 } }
  - { id: strip, kind: snmp, address: 127.0.0.1:9, device: eaton, timeout: 100ms, outlets: { '1': hv-03 } }
  - { id: watts, kind: wattmeter, address: tcp://127.0.0.1:${port}, outlets: { '1': hv-04 } }
  - { id: rest, kind: model }
  - { id: agents, kind: rapl, agents: true }
`,
    'test.yaml',
    { environment: {}, directory: folder },
  )
  const startedMs = performance.now()
  const checked = await checkMeters(energy.meters, {
    clock: realClock,
    clouds: [],
    hostsOf: () => [],
    signal: new AbortController().signal,
    timeoutMs: 1000,
  })
  expect(performance.now() - startedMs).toBeLessThan(10_000)
  expect(checked.map(({ id, items }) => [id, items.map(({ ok }) => ok)])).toEqual([
    ['cpu', [true, false]],
    ['strip', [false]],
    ['watts', [false]],
    ['rest', [true]],
    ['agents', [true]],
  ])
  expect(checked[0]?.items[1]).toMatchObject({ remedy: 'Name one of package-0.' })
})

it('is over when it is called off', async () => {
  const { energy } = parseConfig(
    `meters: [{ id: cpu, kind: rapl, folder: ${folder}, outlets: { package-0: hv-01 } }]\n`,
    'test.yaml',
    {
      environment: {},
      directory: folder,
    },
  )
  const off = new AbortController()
  off.abort(new Error('called off'))
  const checking = { clock: realClock, clouds: [], hostsOf: () => [], signal: off.signal, timeoutMs: 1000 }
  await expect(checkMeters(energy.meters, checking)).rejects.toThrow('called off')
})
