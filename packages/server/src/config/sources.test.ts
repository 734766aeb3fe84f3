// The section `sources`: what it becomes, and what every mistake in it says.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GleanerError } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { type Environment, parseConfig } from './load.ts'

const directory = mkdtempSync(join(tmpdir(), 'gleaner-sources-'))

function parse(text: string, environment: Environment = {}) {
  return parseConfig(text, join(directory, 'gleaner.yaml'), { environment, directory })
}

function faultOf(text: string, environment: Environment = {}): string {
  try {
    parse(text, environment)
  } catch (error) {
    if (error instanceof GleanerError && error.code === 'config-invalid') return error.message.replaceAll(directory, '')
    throw error
  }
  throw new Error('the configuration was accepted')
}

const clouds = 'clouds: [{ id: lab, kind: simulated }, { id: other, kind: simulated }]\n'
const prometheus = (lines: string) =>
  `${clouds}sources:\n  - id: prom\n    kind: prometheus\n    url: http://prom:9090\n${lines}`
const influx = (lines: string) =>
  `${clouds}sources:\n  - id: flux\n    kind: influx\n    url: http://flux:8086\n${lines}`

describe('a source', () => {
  it('has usage of all clouds, fills in a fortnight and yields to drivers, unless told otherwise', () => {
    const [source] = parse(prometheus('    presets: [node-exporter]\n')).sources
    expect(source).toMatchObject({
      clouds: ['lab', 'other'],
      backfillMs: 14 * 86_400_000,
      prefer: 'driver',
      headers: {},
    })
    const [told] = parse(
      prometheus('    presets: [vmprobe]\n    clouds: [other]\n    backfill: off\n    prefer: source\n'),
    ).sources
    expect(told).toMatchObject({ clouds: ['other'], backfillMs: 0, prefer: 'source' })
  })

  it('takes its secrets from the environment and from files, and shows none', () => {
    writeFileSync(join(directory, 'token'), 'geheim-1\n')
    const bearer = parse(
      prometheus(
        '    presets: [vmprobe]\n    auth: { bearer: { file: token } }\n    headers: { X-Scope-OrgID: { env: TENANT } }\n',
      ),
      { TENANT: 'geheim-2' },
    )
    expect(bearer.sources[0]).toMatchObject({
      authorization: 'Bearer geheim-1',
      headers: { 'X-Scope-OrgID': 'geheim-2' },
    })
    expect(JSON.stringify(bearer.origins)).not.toContain('geheim')
    const basic = parse(
      influx('    database: d\n    presets: [telegraf]\n    auth: { user: u, password: { env: P } }\n'),
      { P: 'pä:ss' },
    )
    expect(basic.sources[0]).toMatchObject({
      authorization: `Basic ${Buffer.from('u:pä:ss').toString('base64')}`,
      place: { database: 'd' },
    })
    const token = parse(influx('    bucket: b\n    org: o\n    presets: [scroogevm]\n    auth: { token: t }\n'))
    expect(token.sources[0]).toMatchObject({ authorization: 'Token t', place: { bucket: 'b', org: 'o' } })
  })
})

describe('a mistake names its line and what to do', () => {
  const query = (lines: string) => prometheus(`    queries:\n      - metric: cpu\n        of: hosts\n${lines}`)
  it.each([
    ['nothing asked for', prometheus(''), {}, /:3: the source "prom" asks for nothing; give presets or queries/],
    [
      'a kind that is not known',
      prometheus('').replace('prometheus', 'graphite'),
      {},
      /:4: kind: "graphite".*prometheus, influx/,
    ],
    [
      'a preset that is not known',
      prometheus('    presets: [node]\n'),
      {},
      /:6: .*one of libvirt-exporter, node-exporter, vmprobe/,
    ],
    [
      'a key that is not known',
      prometheus('    preset: [vmprobe]\n'),
      {},
      /:6: the key "preset" is unknown\. Did you mean "presets"/,
    ],
    [
      'a cloud that is not known',
      prometheus('    presets: [vmprobe]\n    clouds: [lob]\n'),
      {},
      /:7: the cloud "lob" is not configured/,
    ],
    [
      'an id used twice',
      prometheus('    presets: [vmprobe]\n').replace('id: prom', 'id: lab'),
      {},
      /:3: the id "lab" is used twice/,
    ],
    [
      'no address',
      prometheus('    presets: [vmprobe]\n').replace('http://prom:9090', 'prom'),
      {},
      /:5: the address cannot be read/,
    ],
    [
      'an address with a password',
      prometheus('    presets: [vmprobe]\n').replace('prom:9090', 'me:geheim@prom'),
      {},
      /:5: the address holds a user; user and password belong into auth$/,
    ],
    [
      'half of a login',
      prometheus('    presets: [vmprobe]\n    auth: { user: me }\n'),
      {},
      /:7: give user and password, or bearer/,
    ],
    [
      'two logins',
      prometheus('    presets: [vmprobe]\n    auth: { user: me, password: p, bearer: b }\n'),
      {},
      /:7: give user and password, or bearer/,
    ],
    [
      'a secret that is not there',
      prometheus('    presets: [vmprobe]\n    auth: { bearer: { env: NO } }\n'),
      {},
      /:7: the environment variable NO is not set/,
    ],
    [
      'a token of two lines',
      prometheus('    presets: [vmprobe]\n    auth: { bearer: { env: T } }\n'),
      { T: 'a\nb' },
      /:7: bearer holds characters that no header may hold/,
    ],
    [
      'certificates that are not there',
      prometheus('    presets: [vmprobe]\n    caFile: no.pem\n'),
      {},
      /:7: .*no\.pem cannot be read \(ENOENT\)/,
    ],
    [
      'matchers that are none',
      prometheus('    presets: [vmprobe]\n    match: job=kvm\n'),
      {},
      /:7: "job=kvm" is no label matcher/,
    ],
    ['a query of nothing', query('        name: instance\n'), {}, /:7: give either series .* or expression/],
    [
      'a query of two things',
      query('        name: a\n        series: x\n        expression: y\n'),
      {},
      /:7: give either series/,
    ],
    [
      'an expression as a counter',
      query('        name: a\n        expression: y\n        counter: true\n'),
      {},
      /:7: counter belongs to series/,
    ],
    ['a query of nobody', query('        series: x\n'), {}, /:7: give the label that holds the name/],
    [
      'a metric that is not known',
      query('        name: a\n        series: x\n').replace('metric: cpu', 'metric: cpus'),
      {},
      /:7: metric: "cpus".*one of cpu, memory/,
    ],
    ['no place', influx('    presets: [telegraf]\n'), {}, /:3: give database \(InfluxDB 1\.x\), or bucket and org/],
    [
      'two places',
      influx('    presets: [telegraf]\n    database: d\n    bucket: b\n    org: o\n'),
      {},
      /:8: give database/,
    ],
    ['a bucket of nobody', influx('    presets: [telegraf]\n    bucket: b\n'), {}, /:7: org is missing/],
    [
      'a pattern that is none',
      influx(
        '    database: d\n    queries: [{ metric: cpu, of: hosts, measurement: m, field: f, name: h, where: { cpu: "/(/" } }]\n',
      ),
      {},
      /:7: where\.cpu: "\(" is no regular expression/,
    ],
    [
      'time that runs faster',
      `${prometheus('    presets: [vmprobe]\n')}speed: 60\n`,
      {},
      /:7: time cannot run faster while sources measure/,
    ],
    [
      'a duration that is none',
      prometheus('    presets: [vmprobe]\n    backfill: never\n'),
      {},
      /:7: backfill: "never"/,
    ],
  ] as const)('%s', (_, text, environment, message) => {
    const found = faultOf(text, environment)
    expect(found).toMatch(message)
    expect(found).not.toContain('geheim')
  })
})
