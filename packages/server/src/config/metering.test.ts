// The sections `meters` and `energy`: what they come to, and what is told about faults, with the line.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { parseConfig } from './load.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

const clouds = 'clouds: [{ id: sim, kind: simulated }]'
const parse = (text: string, directory = '/nowhere', environment: Record<string, string> = {}) =>
  parseConfig(`${clouds}\n${text}`, join(directory, 'gleaner.yaml'), { environment, directory })

function faultOf(text: string, directory?: string): string {
  try {
    parse(text, directory)
  } catch (error) {
    return (error as Error).message
  }
  return 'none'
}

describe('meters', () => {
  it('come with their defaults, their wiring and their secrets', () => {
    const { energy } = parse(
      `
meters:
  - id: a
    kind: snmp
    address: 10.0.0.5
    device: eaton
    version: "3"
    user: gleaner
    auth: { password: { env: A } }
    privacy: { protocol: aes256b, password: { env: P } }
    outlets: { "1": kvm1, "2": { host: kvm1 }, "3": { hosts: [b1, b2], share: cores }, "4": { hosts: [b1, b2], share: [3, 1] } }
  - { id: k, kind: prometheus, url: "http://prom:9090", preset: scaphandre, bearer: { env: A }, outlets: { "kvm3:8080": kvm3 } }
  - { id: m, kind: model, curve: [90, 200, 250], period: 1m }
`,
      '/nowhere',
      { A: 'auth-password', P: 'priv-password' },
    )
    const [a, k, m] = energy.meters
    expect(k?.prometheus).toEqual({
      url: 'http://prom:9090',
      expression: 'sum by (instance) (scaph_host_power_microwatts)',
      label: 'instance',
      wattsPerUnit: 1e-6,
      authorization: 'Bearer auth-password',
      timeoutMs: 10_000,
    })
    expect(a?.snmp).toMatchObject({
      host: '10.0.0.5',
      port: 161,
      unit: undefined,
      timeoutMs: 2000,
      access: {
        version: '3',
        user: {
          name: 'gleaner',
          auth: { protocol: 'sha256', password: 'auth-password' },
          privacy: { protocol: 'aes256b', password: 'priv-password' },
        },
      },
    })
    expect(a?.outlets).toEqual([
      { outlet: '1', hosts: ['kvm1'], share: 'equal' },
      { outlet: '2', hosts: ['kvm1'], share: 'equal' },
      { outlet: '3', hosts: ['b1', 'b2'], share: 'cores' },
      { outlet: '4', hosts: ['b1', 'b2'], share: [3, 1] },
    ])
    expect(a).toMatchObject({ periodMs: 10_000, maxPowerW: 3680, stuckAfterMs: 21_600_000, clouds: ['sim'] })
    expect(m).toMatchObject({ periodMs: 60_000, stuckAfterMs: Number.POSITIVE_INFINITY, outlets: undefined })
  })

  it('of boards have one user for all, and a file that lies beside the configuration', () => {
    const { energy } = parse(
      `
meters:
  - { id: i, kind: ipmi, user: u, password: { env: P }, outlets: { 10.0.0.11: kvm1, "[fe80::1]:6623": kvm2 } }
  - { id: r, kind: redfish, user: u, password: { env: P }, ca: ca.pem, timeout: 2s, outlets: { "bmc-1:8443/Blade1": kvm3 } }
  - { id: c, kind: rapl, outlets: { package-0: kvm4, package-0/dram: kvm4 } }
`,
      '/nowhere',
      { P: 'of-the-boards' },
    )
    expect(energy.meters.map(({ board }) => board)).toEqual([
      { kind: 'ipmi', user: 'u', password: 'of-the-boards', cipherSuite: 3, sensor: undefined, timeoutMs: 5000 },
      {
        kind: 'redfish',
        user: 'u',
        password: 'of-the-boards',
        scheme: 'https',
        ca: '/nowhere/ca.pem',
        verify: true,
        timeoutMs: 2000,
      },
      { kind: 'rapl', folder: '/sys/class/powercap' },
    ])
    expect(energy.meters[0]?.outlets).toEqual([
      { outlet: '10.0.0.11', hosts: ['kvm1'], share: 'equal' },
      { outlet: '[fe80::1]:6623', hosts: ['kvm2'], share: 'equal' },
    ])
  })

  const ipmi = (more: string) => `meters:\n  - { id: a, kind: ipmi, user: u, password: p, ${more} }`
  const rapl = (more: string) => `meters:\n  - { id: a, kind: rapl, ${more} }`
  const redfish = (more: string) => `meters:\n  - { id: a, kind: redfish, user: u, password: p, ${more} }`
  it.each([
    [ipmi('outlets: {}'), 'fewer than 1'],
    [ipmi('outlets: { "bmc 1": k }'), 'no address of a board'],
    [ipmi('outlets: { "bmc:0": k }'), 'no address of a board'],
    [ipmi('outlets: { "bmc/1": k }'), 'no address of a board'],
    [ipmi('outlets: { bmc: k }, sensor: "-h"'), 'sensor'],
    [ipmi('outlets: { bmc: k }, timeout: 1h'), 'timeout is at least'],
    [ipmi('outlets: { bmc: k }, scheme: http'), 'scheme'],
    [redfish('outlets: { "bmc/a/b": k }'), 'no address of a board'],
    [redfish('outlets: { "https://bmc": k }'), 'no address of a board'],
    [redfish('outlets: { bmc: k }, scheme: http, ca: x'), 'belong to https'],
    [rapl('agents: true, outlets: { package-0: k }'), 'give outlets, or agents: true'],
    [rapl('folder: /x'), 'give outlets, or agents: true'],
    [rapl('hosts: [k*], outlets: { package-0: k }'), 'hosts belongs to agents: true'],
    [rapl('agents: true, folder: /x'), 'agents have their own'],
    ['meters:\n  - { id: a, kind: ipmi, user: u, password: { env: NONE }, outlets: { bmc: k } }', 'NONE'],
  ])('%s is told as a fault', (text, detail) => {
    expect(faultOf(text)).toContain(detail)
  })

  const prom = (more: string) => `meters:\n  - { id: a, kind: prometheus, outlets: { "x:1": kvm1 }, ${more} }`
  const snmp = (more: string) => `meters:\n  - { id: a, kind: snmp, outlets: { "1": kvm1 }, ${more} }`
  it.each([
    [snmp('address: x, device: eaton, version: "3"'), 'version 3 asks as a user'],
    [snmp('address: x, device: eaton, user: me'), 'belong to version 3'],
    [snmp('address: x, device: eaton, version: "3", user: u, auth: { password: short }'), 'at least 8 characters'],
    [snmp('address: x, device: eaton, version: "3", user: u, privacy: { password: longenough }'), 'give auth'],
    [snmp('address: x'), 'give device, or powerOid'],
    [snmp('address: x, device: eaton, powerOid: "1.2.3.{outlet}"'), 'give device, or powerOid'],
    [snmp('address: x, powerOid: one.two'), 'powerOid'],
    [snmp('address: "x:99999", device: apc'), 'is no address'],
    [snmp('address: "http://x", device: apc'), 'is no address'],
    [snmp('address: x, device: eatonn'), 'one of eaton'],
    [snmp('address: x, device: apc, period: 100ms'), 'at least 1s'],
    [snmp('address: x, device: apc, timeout: 1m'), 'at most 7s'],
    [snmp('address: x, device: apc, clouds: [other]'), 'the cloud "other" is not configured'],
    [snmp('address: x, device: apc, colour: red'), 'the key "colour" is unknown'],
    [
      'meters:\n  - { id: a, kind: snmp, address: x, device: apc, outlets: { "1": { share: cores } } }',
      'give host, or hosts',
    ],
    [
      'meters:\n  - { id: a, kind: snmp, address: x, device: apc, outlets: { "1": { hosts: [a, b], share: [1] } } }',
      'there are 2 hosts and 1 parts',
    ],
    [
      'meters:\n  - { id: a, kind: snmp, address: x, device: apc, outlets: { "1": { hosts: [a, a] } } }',
      'named twice on one outlet',
    ],
    ['meters:\n  - { id: a, kind: wattmeter, address: "tcp://x", outlets: { "1": k } }', 'neither tcp://host:port'],
    ['meters:\n  - { id: a, kind: wattmeter, address: ttyUSB0, outlets: { "1": k } }', 'nor the path of a device'],
    [prom('url: "ftp://x", preset: kepler'), 'http://prometheus:9090'],
    [prom('url: "http://u:p@x", preset: kepler'), 'without user and password'],
    [prom('url: "http://x"'), 'give preset, or expression'],
    [prom('url: "http://x", preset: kepler, expression: up'), 'give preset, or expression'],
    [prom('url: "http://x", preset: keppler'), 'one of scaphandre'],
    [prom('url: "http://x", preset: kepler, timeout: 1m'), 'at most 14s'],
    ['meters:\n  - { id: a, kind: simulated, cloud: none }', 'is no simulated cloud'],
    ['meters:\n  - { id: a, kind: model, curve: [1, 2], idleW: 3 }', 'give a curve, or idleW and fullW'],
    ['meters:\n  - { id: a, kind: model, idleW: 500, fullW: 100 }', 'idleW 500 is above fullW 100'],
    ['meters:\n  - { id: sim, kind: model }', 'used twice'],
    ['meters:\n  - { id: a, kind: thermometer }', 'one of'],
    ['energy: { idle: fair }', 'one of equal, size, usage, none'],
    ['energy: { currency: euro }', 'currency'],
    ['energy: { price: -1 }', 'price'],
    ['energy: { carbon: { file: none.csv } }', 'cannot be read (ENOENT)'],
    [
      'energy: { carbon: -3 }',
      'carbon: -3 is not what is expected here: a number of at least 0, or a group of keys: file',
    ],
  ])('%s: %s', (text, told) => {
    const fault = faultOf(text)
    expect(fault).toContain(told)
    expect(fault).toMatch(/gleaner\.yaml:\d+: /)
  })
})

describe('a file of values over time', () => {
  function withFile(text: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'gleaner-tariff-'))
    folders.push(folder)
    writeFileSync(join(folder, 'carbon.csv'), text)
    return folder
  }

  it('is read in whatever order, without its first line of words', () => {
    const folder = withFile('time,g\n2026-01-01T01:00:00Z,70\n\n# night\n2026-01-01T00:00:00+01:00; 50.5\n')
    const { carbon } = parse('energy: { carbon: { file: carbon.csv } }', folder).energy
    expect(carbon.steps).toEqual([
      { fromMs: Date.UTC(2025, 11, 31, 23), perKWh: 50.5 },
      { fromMs: Date.UTC(2026, 0, 1, 1), perKWh: 70 },
    ])
  })

  it.each([
    ['2026-01-01T01:00:00,70', 'carbon.csv:1'],
    ['time,g\n2026-01-01T01:00:00Z,lots', 'carbon.csv:2'],
    ['2026-01-01T01:00:00Z,-3', 'carbon.csv:1'],
    ['2026-01-01T01:00:00Z', 'carbon.csv:1'],
    ['2026-01-01T01:00:00Z,48,5', 'carbon.csv:1'],
    ['2026-01-01T01:00:00Z;0,21', 'carbon.csv:1'],
    ['2026-13-01T01:00:00Z,5', 'carbon.csv:1'],
    ['', 'holds no values'],
  ])('%j is told', (text, told) => {
    expect(faultOf('energy: { carbon: { file: carbon.csv } }', withFile(text))).toContain(told)
  })
})
