// Commands that need no server, and how a server is found.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase } from '@gleaner/store/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { addressOf } from './connection.ts'
import type { Io } from './io.ts'
import { run } from './run.ts'

const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'gleaner-cli-'))
  endings.push(() => rmSync(made, { recursive: true, force: true }))
  return made
}

async function gleaner(words: readonly string[], overrides: Partial<Io> = {}) {
  const output = { out: '', err: '' }
  const code = await run(words, {
    out: (text) => void (output.out += text),
    err: (text) => void (output.err += text),
    columns: 100,
    isTerminal: false,
    environment: {},
    directory: '/nowhere',
    timeZone: 'UTC',
    signal: new AbortController().signal,
    ...overrides,
  })
  return { ...output, code }
}

interface Seen {
  readonly url: string | undefined
  readonly authorization: string | undefined
  readonly origin: string | undefined
}

async function fakeServer(answer: unknown, seen: Seen[] = []): Promise<string> {
  const server: Server = createServer((request, response) => {
    const { authorization, origin } = request.headers
    seen.push({ url: request.url, authorization, origin })
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endings.push(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('the server', () => {
  it('is not started as a demo from a configuration that would be left aside', async () => {
    const { code, err } = await gleaner(['serve', '--demo', '--config', 'gleaner.yaml'])
    expect(code).toBe(2)
    expect(err).toMatch(/--demo.*cannot be used with.*--config/)
  })

  const io = (environment: Record<string, string>) => ({ environment }) as unknown as Io
  it('is where the words say, else the environment, else the default', () => {
    expect(addressOf({}, io({}))).toBe('http://127.0.0.1:7878')
    expect(addressOf({}, io({ GLEANER_LISTEN: '0.0.0.0:1' }))).toBe('http://127.0.0.1:1')
    expect(addressOf({}, io({ GLEANER_LISTEN: '[::1]:1' }))).toBe('http://[::1]:1')
    expect(addressOf({}, io({ GLEANER_URL: 'gleaner.lan:1' }))).toBe('http://gleaner.lan:1')
    expect(addressOf({ url: 'https://x/y' }, io({ GLEANER_URL: 'http://z' }))).toBe('https://x/y')
  })

  it('gets the token that is given, else the one in the state directory, else proof of no foreign page', async () => {
    const seen: Seen[] = []
    const url = await fakeServer({ items: [] }, seen)
    const directory = folder()
    mkdirSync(join(directory, 'state'))
    writeFileSync(join(directory, 'state/cli-token'), 'gln_local\n')
    const environment = { GLEANER_URL: url, GLEANER_STATE_DIR: 'state' }
    await gleaner(['rules', '--token', 'gln_word'], { environment, directory })
    await gleaner(['rules'], { environment: { ...environment, GLEANER_TOKEN: 'gln_env' }, directory })
    await gleaner(['rules'], { environment, directory })
    await gleaner(['rules'], { environment: { GLEANER_URL: url } })
    expect(seen.map(({ authorization }) => authorization)).toEqual([
      'Bearer gln_word',
      'Bearer gln_env',
      'Bearer gln_local',
      undefined,
    ])
    expect(seen.at(-1)?.origin).toBe(url)
    expect(seen[0]?.origin).toBeUndefined()
  })

  it('cannot play tricks on the terminal, and programs get what it says', async () => {
    const rule = {
      definition: {
        name: 'a\u001b[2Jb',
        action: 'stop',
        mode: 'observe',
        enabled: true,
        expression: 'true',
        priority: 1,
      },
      now: { covered: 0, matched: 0, unknown: 0, active: true },
      actions: { done: 0, failed: 0 },
      source: 'api',
    }
    const environment = { GLEANER_URL: await fakeServer({ items: [rule] }) }
    const shown = await gleaner(['rules'], { environment })
    expect(shown.out).toContain('a\ufffd[2Jb')
    expect(shown.out).not.toContain('\u001b')
    expect(JSON.parse((await gleaner(['rules', '--json'], { environment })).out).items[0].definition.name).toBe(
      'a\u001b[2Jb',
    )
  })
})

describe('watching', () => {
  it('shows again and again until it is interrupted, and waits for a server that is away', async () => {
    const environment = { GLEANER_URL: await fakeServer({ items: [], total: 0, now: '2026-01-01T00:00:00Z' }) }
    const stop = new AbortController()
    let times = 0
    const { code } = await gleaner(['instances', '--watch', '--interval', '0.2'], {
      environment,
      isTerminal: true,
      signal: stop.signal,
      out: (text) => {
        expect(text).toBe('\u001b[H\u001b[2JNo instance fits.\n')
        if (++times === 3) stop.abort()
      },
    })
    expect({ times, code }).toEqual({ times: 3, code: 0 })
    const away = new AbortController()
    let said = ''
    await gleaner(['instances', '--watch'], {
      environment: { GLEANER_URL: 'http://127.0.0.1:6' },
      signal: away.signal,
      out: (text) => {
        said = text
        away.abort()
      },
    })
    expect(said).toContain('does not answer')
  })
})

describe('the configuration', () => {
  it('is checked with file and line, and each cloud is tried', async () => {
    const directory = folder()
    writeFileSync(join(directory, 'gleaner.yaml'), 'clouds:\n  - id: sim\n    kind: simulated\n    hots: 3\n')
    const wrong = await gleaner(['config', 'check'], { directory })
    expect(wrong.code).toBe(1)
    expect(wrong.err).toContain('gleaner.yaml:4: the key "hots" is unknown. Did you mean "hosts"?')
    writeFileSync(
      join(directory, 'gleaner.yaml'),
      'clouds:\n  - { id: sim, kind: simulated, hosts: 3, instances: 5 }\n',
    )
    const right = await gleaner(['config', 'check'], { directory })
    expect(right.code).toBe(0)
    expect(right.out).toMatch(/gleaner\.yaml: right\n\nsim \(simulated\): .*\n {2}✓ kind of cloud/)
    const json = JSON.parse((await gleaner(['config', 'check', '--json'], { directory })).out)
    expect(json.clouds[0]).toMatchObject({ id: 'sim', kind: 'simulated' })
  })

  it('tells projects of settings that no cloud has, which are no fault', async () => {
    const directory = folder()
    const cloud = 'clouds: [{ id: sim, kind: simulated, hosts: 3, instances: 5 }]'
    const settings = 'reservations: { limitsByProject: { web-shop: { priority: 1 }, web-shpo: { priority: 2 } } }'
    writeFileSync(join(directory, 'gleaner.yaml'), `${cloud}\n${settings}\n`)
    const { code, out } = await gleaner(['config', 'check'], { directory })
    expect(code).toBe(0)
    expect(out).toMatch(
      /\n\nsettings\n {2}! reservations\.limitsByProject: no cloud has a project "web-shpo" now; it counts once/,
    )
    const json = JSON.parse((await gleaner(['config', 'check', '--json'], { directory })).out)
    expect(json.remarks).toEqual([expect.stringContaining('"web-shpo"')])
    writeFileSync(join(directory, 'gleaner.yaml'), `${cloud}\n${settings.replace('web-shpo', 'build-farm')}\n`)
    expect(JSON.parse((await gleaner(['config', 'check', '--json'], { directory })).out).remarks).toEqual([])
  })

  it('asks its meters only when told to, and tells each of them', async () => {
    const directory = folder()
    mkdirSync(join(directory, 'zones/intel-rapl:0'), { recursive: true })
    for (const [name, text] of [
      ['name', 'package-0'],
      ['energy_uj', '5000000'],
    ] as const)
      writeFileSync(join(directory, 'zones/intel-rapl:0', name), `${text}\n`)
    writeFileSync(
      join(directory, 'gleaner.yaml'),
      `clouds: [{ id: sim, kind: simulated, hosts: 3, instances: 5 }]
meters:
  - { id: cpu, kind: rapl, folder: ${join(directory, 'zones')}, outlets: { package-0: hv-01, package-1: hv-02 } }
  - { id: all, kind: simulated, cloud: sim }
`,
    )
    expect(JSON.parse((await gleaner(['config', 'check', '--json'], { directory })).out).meters).toBeUndefined()
    const { code, out } = await gleaner(['config', 'check', '--meters', '--json'], { directory })
    expect(code).toBe(1)
    const { meters } = JSON.parse(out) as { meters: { id: string; items: { ok: boolean }[] }[] }
    expect(meters.map(({ id, items }) => [id, items.map(({ ok }) => ok)])).toEqual([
      ['cpu', [true, false]],
      ['all', [true]],
    ])
    expect((await gleaner(['config', 'check', '--meters'], { directory })).out).toContain('zone package-0: has counted')
  })

  it('says what is missing when a cloud does not answer, with exit code 1', async () => {
    const directory = folder()
    writeFileSync(
      join(directory, 'gleaner.yaml'),
      'clouds:\n  - id: lab\n    kind: libvirt\n    callTimeout: 2s\n    hosts: [{ name: hv, uri: "qemu+unix:///system?socket=/nowhere/libvirt-sock" }]\n',
    )
    const { code, out } = await gleaner(['config', 'check'], { directory })
    expect(out).toContain('✗')
    expect(code).toBe(1)
  })

  it('is shown with where each value is from, never with a secret', async () => {
    const directory = folder()
    const { out } = await gleaner(['config', 'show'], {
      directory,
      environment: { GLEANER_LISTEN: '127.0.0.1:9', DATABASE_URL: 'postgres://u:hunter2@h/d' },
    })
    expect(out).toMatch(/listen +127\.0\.0\.1:9 +GLEANER_LISTEN/)
    expect(out).not.toContain('hunter2')
  })
})

describe('the state', () => {
  it('goes to a file and back, into an empty database only', async () => {
    const directory = folder()
    const [first, second] = [await createTestDatabase(), await createTestDatabase('empty')]
    endings.push(() => Promise.all([first.drop(), second.drop()]))
    const on = (database: { url: string }, name: string) => ({
      directory,
      environment: { DATABASE_URL: database.url, GLEANER_STATE_DIR: join(directory, name) },
    })
    const exported = await gleaner(['export', 'state.gz', '--json'], on(first, 'a'))
    expect(exported.code, exported.err).toBe(0)
    expect(JSON.parse(exported.out).bytes).toBeGreaterThan(0)
    const restored = await gleaner(['restore', 'state.gz'], on(second, 'b'))
    expect(restored.err).toBe('')
    expect(restored.out).toMatch(/^restored \d+ rows from /)
    expect((await gleaner(['restore', 'missing.gz'], on(second, 'b'))).err).toContain('cannot be read')
    expect((await gleaner(['export', '/nowhere/at/all.gz'], on(first, 'a'))).code).toBe(2)
  })
})

describe('completion', () => {
  it('knows every command and its options', async () => {
    const { out } = await gleaner(['completion', 'bash'])
    for (const words of ["'tokens create') words='--role --name", "'rules') words='list show", "'why')"])
      expect(out).toContain(words)
    const zsh = await gleaner(['completion', 'zsh'])
    expect({ code: zsh.code, err: zsh.err }).toEqual({
      code: 2,
      err: 'gleaner: There is no completion for "zsh".\nOnly: gleaner completion bash\n',
    })
  })
})
