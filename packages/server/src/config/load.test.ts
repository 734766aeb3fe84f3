import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GleanerError } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { isLoopback, parseListen } from './listen.ts'
import { type Environment, loadConfig, parseConfig } from './load.ts'

const directory = mkdtempSync(join(tmpdir(), 'gleaner-config-'))

function parse(text: string, environment: Environment = {}) {
  return parseConfig(text, 'gleaner.yaml', { environment, directory })
}

function faultOf(text: string, environment: Environment = {}): string {
  try {
    parse(text, environment)
  } catch (error) {
    if (error instanceof GleanerError && error.code === 'config-invalid') return error.message
    throw error
  }
  throw new Error('the configuration was accepted')
}

const libvirt = `clouds:
  - id: lab
    kind: libvirt
    hosts:
      - name: kvm1
        uri: qemu:///system
`

describe('a good configuration', () => {
  it('is empty: cautious defaults, nothing connected', () => {
    const config = parse('')
    expect(config.clouds).toEqual([])
    expect(config.policy.modes.idleness).toBe('observe')
    expect(config.listen).toEqual({ host: '127.0.0.1', port: 7878 })
    expect(config.periods.observeMs).toBe(60_000)
  })

  it('names a libvirt host; callers without a token get nothing then', () => {
    const config = parse(libvirt)
    expect(config.cloudIds).toEqual(['lab'])
    expect(config.anonymous).toBeUndefined()
  })

  it('gives the administrator role to loopback callers only when every cloud is simulated', () => {
    expect(parse('clouds: [{ id: demo, kind: simulated }]').anonymous).toBe('administrator')
    expect(parse('listen: 0.0.0.0:80\nclouds: [{ id: demo, kind: simulated }]').anonymous).toBeUndefined()
  })

  it('lets the environment win over the file and remembers where each value is from', () => {
    const config = parse('listen: 127.0.0.1:1111', {
      GLEANER_LISTEN: '127.0.0.1:2222',
      DATABASE_URL: 'postgres://u:geheim@h/d',
    })
    expect(config.listen.port).toBe(2222)
    expect(config.databaseUrl).toBe('postgres://u:geheim@h/d')
    const origin = config.origins.find((each) => each.name === 'listen')
    expect(origin).toMatchObject({ source: 'environment', where: 'GLEANER_LISTEN' })
    expect(JSON.stringify(config.origins)).not.toContain('geheim')
  })

  it('reads secrets from the environment and from files', () => {
    writeFileSync(join(directory, 'url'), 'postgres://file/x\n')
    expect(parse('databaseUrl: { env: DB }', { DB: 'postgres://env/x' }).databaseUrl).toBe('postgres://env/x')
    expect(
      parseConfig('databaseUrl: { file: url }', join(directory, 'g.yaml'), { environment: {}, directory }).databaseUrl,
    ).toBe('postgres://file/x')
  })

  it('reads durations, budgets and rules', () => {
    const config = parse(`policy:
  snapshotMaxAge: 90s
  budgets: { actionsPerMinute: 2, shareWindow: 1h }
rules:
  - name: short
    expression: cpu < 0.05
    action: suspend
    grace: 30s
`)
    expect(config.policy.snapshotMaxAgeMs).toBe(90_000)
    expect(config.policy.budgets).toMatchObject({ actionsPerMinute: 2, shareWindowMs: 3_600_000, hostShare: 0.5 })
    expect(config.rules[0]).toMatchObject({ name: 'short', mode: 'observe', priority: 100, enabled: true, covers: {} })
  })
})

describe('a bad configuration names file, line and what was expected', () => {
  it.each([
    [
      'an unknown key',
      'listen: 127.0.0.1:1\nlisen: x\n',
      /gleaner\.yaml:2: the key "lisen" is unknown\. Did you mean "listen"\?/,
    ],
    [
      'an unknown key inside',
      `${libvirt}        urj: x\n`,
      /gleaner\.yaml:7: the key "urj" is unknown\. Did you mean "uri"\?/,
    ],
    [
      'a wrong type',
      'speed: fast\n',
      /gleaner\.yaml:1: speed: "fast" is not what is expected here: a value that is number; How many times/,
    ],
    ['a wrong choice', 'log: loud\n', /gleaner\.yaml:1: log: "loud" .* one of debug, info, warn, error/],
    ['a missing key', 'clouds:\n  - id: lab\n    kind: libvirt\n', /gleaner\.yaml:2: the key "hosts" is missing/],
    [
      'an unknown kind of cloud',
      'clouds:\n  - id: lab\n    kind: vmware\n',
      /gleaner\.yaml:3: kind: "vmware" .* one of libvirt, opennebula, openstack, simulated/,
    ],
    ['a bad duration', 'periods:\n  observe: soon\n', /gleaner\.yaml:2: observe: "soon" .*A duration such as/],
    [
      'a missing secret',
      'databaseUrl:\n  env: NO_SUCH\n',
      /gleaner\.yaml:1: the environment variable NO_SUCH is not set/,
    ],
    [
      'a secret file that is not there',
      'databaseUrl:\n  file: no-such-file\n',
      /gleaner\.yaml:1: the secret file .*no-such-file cannot be read \(ENOENT\)/,
    ],
    [
      'a cloud id used twice',
      'clouds:\n  - { id: a, kind: simulated }\n  - { id: a, kind: simulated }\n',
      /gleaner\.yaml:3: the cloud id "a" is used twice/,
    ],
    [
      'time that runs faster on a real cloud',
      `${libvirt}speed: 60\n`,
      /gleaner\.yaml:7: time can run faster only when every cloud is simulated/,
    ],
    ['windows that do not fit', 'telemetry: { step: 10s }\n', /gleaner\.yaml:1: telemetry\.recent: 720 steps/],
    [
      'a host name used twice',
      `${libvirt}      - { name: kvm1, uri: "qemu:///system" }\n`,
      /gleaner\.yaml:7: the host name "kvm1" is used twice/,
    ],
    [
      'an address libvirt cannot read',
      libvirt.replace('qemu:///system', 'kvm1.example'),
      /gleaner\.yaml:6: "kvm1\.example" is no libvirt URI/,
    ],
    [
      'a pattern that cannot be read',
      `${libvirt}    guestReportSockets: "("\n`,
      /gleaner\.yaml:7: "\(" is no regular expression/,
    ],
    ['an address without a port', 'listen: localhost\n', /gleaner\.yaml:1: "localhost" is not an address with a port/],
    [
      'one confirmation only',
      'policy:\n  confirmations: 1\n',
      /gleaner\.yaml:2: confirmations: 1 is not what is expected here/,
    ],
    [
      'a mode that does not exist',
      'modes:\n  idleness: always\n',
      /gleaner\.yaml:2: idleness: "always" .* one of off, observe, advise, enforce/,
    ],
    [
      'a rule without an action',
      'rules:\n  - name: x\n    expression: "true"\n',
      /gleaner\.yaml:2: the key "action" is missing/,
    ],
    [
      'a choice of another type, which has two errors for each alternative',
      'rules:\n  - { name: x, expression: "true", action: stop, mode: 3 }\n',
      /gleaner\.yaml:2: mode: 3 .* one of off, observe, advise, enforce/,
    ],
    [
      'a choice among alternatives',
      'rules:\n  - { name: x, expression: "true", action: delete }\n',
      /action: "delete" is not what is expected here: one of notify, pause, suspend/,
    ],
    [
      'a duration that is none',
      'rules:\n  - { name: x, expression: "true", action: stop, grace: -5m }\n',
      /grace: "-5m" is not what is expected here: a duration such as 30m, 2h or 1d12h; Time between/,
    ],
    ['a key given twice', 'log: info\nlog: warn\n', /gleaner\.yaml:2: Map keys must be unique/],
    ['broken YAML', 'clouds: [\n', /gleaner\.yaml:2: /],
    ['a list instead of keys', '- a\n- b\n', /gleaner\.yaml:1: the file: a list is not what is expected here/],
  ])('%s', (_, text, message) => {
    expect(faultOf(text)).toMatch(message)
  })

  it('tells all faults at once, in the order of the lines', () => {
    const lines = faultOf('log: loud\nspeed: 0\nfoo: 1\n').split('\n')
    expect(lines.map((line) => /:(\d+):/.exec(line)?.[1])).toEqual(['1', '2', '3'])
  })

  it('does not print a secret that is of the wrong type', () => {
    expect(faultOf('databaseUrl: { env: X, password: geheim }')).not.toContain('geheim')
    const number = faultOf('databaseUrl: 4711')
    expect(number).not.toContain('4711')
    expect(number).toContain('databaseUrl: its value is not what is expected here: a text, or a group of keys: env')
  })

  it.each(['/proc', '/proc/x', '/var/../proc/1/state'])(
    'refuses the state directory %s, where mkdir would try for ever',
    (path) => {
      expect(faultOf(`stateDirectory: ${path}`)).toContain('the state directory cannot lie below /proc')
      expect(faultOf('', { GLEANER_STATE_DIR: path })).toContain('the state directory cannot lie below /proc')
    },
  )

  it('names a file that cannot be read', () => {
    expect(() => loadConfig({ file: '/no/such/gleaner.yaml', environment: {}, directory })).toThrow(
      /\/no\/such\/gleaner\.yaml cannot be read/,
    )
  })
})

describe('addresses', () => {
  it.each([
    ['127.0.0.1:7878', { host: '127.0.0.1', port: 7878 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    ['host.example:0', { host: 'host.example', port: 0 }],
    ['host:99999', undefined],
    [':80', undefined],
    ['::1:80', undefined],
  ])('%s', (text, expected) => {
    expect(parseListen(text)).toEqual(expected)
  })

  it('knows loopback', () => {
    expect(['127.0.0.1', '127.9.9.9', 'localhost', '::1'].every(isLoopback)).toBe(true)
    expect(['0.0.0.0', '10.0.0.1', '127.example.org'].some(isLoopback)).toBe(false)
  })
})

describe('an OpenNebula', () => {
  const file = (name: string, text: string) => {
    const path = join(directory, name)
    writeFileSync(path, text)
    return path
  }
  const one = (keys = '') => `clouds: [{ id: one, kind: opennebula${keys} }]`
  const found = (keys: string, environment: Environment = {}) => {
    const [cloud] = parse(one(keys), environment).clouds
    if (cloud?.kind !== 'opennebula') throw new Error('no OpenNebula')
    return cloud
  }

  it('is where the file says, as whom the file says', () => {
    const auth = file('one.auth', 'gleaner:geheim\n')
    const cloud = found(`, endpoint: "https://one/RPC2", auth: { file: ${auth} }, project: owner, shelve: stop`)
    expect(cloud).toMatchObject({
      endpoints: ['https://one/RPC2'],
      session: 'gleaner:geheim',
      project: 'owner',
      shelve: 'stop',
    })
    expect(found(', auth: "a:b:c", endpoint: ["http://a/RPC2", "http://b/RPC2"]')).toMatchObject({
      endpoints: ['http://a/RPC2', 'http://b/RPC2'],
      session: 'a:b:c',
    })
  })

  it('is where OpenNebula’s own tools would look for it', () => {
    const ONE_AUTH = file('one_auth', 'oneadmin:geheim\n')
    const named = { ONE_AUTH, ONE_XMLRPC: 'http://front:2633/RPC2' }
    expect(found('', named)).toMatchObject({ endpoints: ['http://front:2633/RPC2'], session: 'oneadmin:geheim' })
    mkdirSync(join(directory, '.one'), { recursive: true })
    file('.one/one_auth', 'me:geheim')
    expect(found('', { HOME: directory })).toMatchObject({
      endpoints: ['http://localhost:2633/RPC2'],
      session: 'me:geheim',
      ca: undefined,
    })
  })

  it('takes the authorities to trust from a file', () => {
    const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
    expect(found(`, auth: "a:b", ca: ${file('ca.pem', pem)}`).ca).toBe(pem)
  })

  it.each([
    [
      '',
      { HOME: '/nowhere' },
      /gleaner.yaml:1: .*"auth" is missing and the file \/nowhere\/.one\/one_auth cannot be read \(ENOENT\)/,
    ],
    ['', { ONE_AUTH: '/nowhere/auth' }, /the file \/nowhere\/auth that ONE_AUTH names/],
    [', auth: nocolon', {}, /auth.*must hold user:password/],
    [', auth: ":geheim"', {}, /auth.*must hold user:password/],
    [', auth: { env: ONE_SECRET }', {}, /environment variable ONE_SECRET is not set/],
    [', auth: "a:b", endpoint: "front:2633"', {}, /http or https, not with front:/],
    [', auth: "a:b", endpoint: "//front"', {}, /cannot be read/],
    [', auth: "a:b", endpoint: "http://a:geheim@front/RPC2"', {}, /belong into auth/],
    [', auth: "a:b"', { ONE_XMLRPC: 'tcp://front' }, /from ONE_XMLRPC/],
    [', auth: "a:b", ca: nothing.pem', {}, /nothing.pem cannot be read/],
    [', auth: "a:b", shelve: suspend', {}, /shelve/],
    [', auth: "a:b", events: "frontend:2101"', {}, /events/],
    [', auth: "a:b", endpoints: []', {}, /endpoints/],
  ])('%s is refused, with place and remedy and without the password', (keys, environment, expected) => {
    const fault = faultOf(one(keys), environment)
    expect(fault).toMatch(expected)
    expect(fault).not.toContain('geheim')
  })

  it('holds no secret where settings are shown', () => {
    const config = parse(one(', auth: "gleaner:geheim"'))
    expect(JSON.stringify(config.origins)).not.toContain('geheim')
  })
})

describe('an OpenStack', () => {
  const found = (keys: string, environment: Environment = {}) => {
    const [cloud] = parse(`clouds: [{ id: lab, kind: openstack${keys} }]`, environment).clouds
    if (cloud?.kind !== 'openstack') throw new Error('no OpenStack')
    return cloud
  }

  it('is an entry of clouds.yaml, which the driver reads', () => {
    const environment = { OS_CLOUD: 'other' }
    expect(found('', environment).settings).toEqual({ cloud: undefined, file: undefined, environment })
    const named = found(', cloud: lab, cloudsFile: clouds.yaml, diagnostics: 50, poll: 5s')
    expect(named).toMatchObject({
      settings: { cloud: 'lab', file: expect.stringMatching(/^\/.*\/clouds\.yaml$/) },
      diagnostics: 50,
      poll: '5s',
    })
  })

  it('is what the file says, with secrets from elsewhere', () => {
    const auth = 'auth: { url: "https://ks/v3", user: g, password: { env: OS_SECRET }, project: p, projectDomain: d }'
    expect(found(`, ${auth}, region: R, interface: internal, ca: ca.pem`, { OS_SECRET: 'geheim' }).settings).toEqual({
      entry: {
        auth: {
          auth_url: 'https://ks/v3',
          username: 'g',
          password: 'geheim',
          project_name: 'p',
          project_domain_name: 'd',
        },
        region_name: 'R',
        interface: 'internal',
        cacert: expect.stringMatching(/^\/.*\/ca\.pem$/),
      },
    })
    const credential = ', auth: { url: "https://ks/v3", applicationCredential: c, secret: geheim }'
    expect(found(credential).settings).toMatchObject({ entry: { auth: { application_credential_id: 'c' } } })
  })

  it.each([
    [', notifications: "mq:geheim@host"', /address of the bus cannot be read/],
    [', region: R', /"region" belongs to "auth"/],
    [', cloud: lab, auth: { url: "http://ks", user: g, password: geheim, project: p }', /exclude each other/],
    [', auth: { url: keystone, user: g, password: geheim, project: p }', /address of keystone cannot be read/],
    [', auth: { url: "http://ks", user: g, project: p }', /"password" is missing/],
    [', auth: { url: "http://ks", applicationCredential: c }', /"secret" of the application credential is missing/],
    [', auth: { url: "http://ks", user: g, password: { env: NONE }, project: p }', /variable NONE is not set/],
    [', auth: { url: "http://ks", user: g, password: geheim, project: p, realm: x }', /realm/],
  ])('%s is refused, with place and remedy and without the password', (keys, expected) => {
    const fault = faultOf(`clouds: [{ id: lab, kind: openstack${keys} }]`)
    expect(fault).toMatch(expected)
    expect(fault).not.toContain('geheim')
  })
})
