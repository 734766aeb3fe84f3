// The other faces: OpenAPI, metrics, health, the console.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EndpointName, endpoints } from '@gleaner/model'
import { VirtualClock } from '@gleaner/testkit'
import { afterAll, describe, expect, it } from 'vitest'
import { apiHarness } from '../testing/api-harness.ts'
import { plainInstances, plainJournalEntry } from '../testing/plain-objects.ts'
import { Exposition } from './metrics/exposition.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

describe('the OpenAPI description', () => {
  it('is of version 3.1 and has every endpoint of the table, with its rights', async () => {
    const { api, as } = await apiHarness({ clock: new VirtualClock() })
    const document = (await as(undefined, { url: '/api/openapi.json' })).json()
    expect(document.openapi).toBe('3.1.0')
    for (const [name, endpoint] of Object.entries(endpoints)) {
      const path = endpoint.path.replace(/:(\w+)/g, '{$1}')
      const operation = document.paths[path]?.[endpoint.method.toLowerCase()]
      expect(operation, `${endpoint.method} ${path}`).toMatchObject({ operationId: name, summary: endpoint.summary })
      expect(operation.security.length === 0).toBe(endpoint.role === 'public')
      expect(Object.keys(operation.responses)).toContain(String(endpoint.status))
      const written = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter)
      const declared = (operation.parameters ?? [])
        .filter((parameter: { in: string }) => parameter.in === 'path')
        .map((parameter: { name: string }) => parameter.name)
      expect(declared).toEqual(written)
    }
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path as object).map((operation: { operationId?: string }) => operation.operationId),
    )
    expect(new Set(ids.filter(Boolean)).size).toBe(ids.filter(Boolean).length)
    expect(ids).toEqual(expect.arrayContaining(Object.keys(endpoints) as EndpointName[]))
    expect(JSON.stringify(document)).not.toContain('undefined')
    await api.close()
  })
})

describe('metrics', () => {
  it('are in the text format, with what Gleaner sees and does', async () => {
    const { api, as, app, secretOf } = await apiHarness({ clock: new VirtualClock() })
    const [first] = plainInstances(app.clock.nowMs())
    if (first === undefined) throw new Error('no instance')
    const entry = plainJournalEntry('act_1', first, app.clock.nowMs())
    app.hub.tell('journal', { ...entry, state: 'accepted' })
    app.hub.tell('journal', entry)
    const answer = await as(secretOf('viewer'), { url: '/metrics' })
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
    const lines = answer.body.trimEnd().split('\n')
    for (const line of lines)
      expect(line).toMatch(
        /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z_]+="([^"\\]|\\.)*"(,[a-z_]+="([^"\\]|\\.)*")*\})? (-?[\d.e+-]+|[+-]Inf))$/,
      )
    expect(lines).toEqual(
      expect.arrayContaining([
        'gleaner_ready 1',
        'gleaner_instances{cloud="lab",state="running"} 4',
        'gleaner_cloud_state{cloud="lab",state="fresh"} 1',
        'gleaner_snapshot_age_seconds{cloud="lab"} 10',
        'gleaner_ledger_cores{line="firm_peak"} 2',
        'gleaner_ledger_memory_bytes{line="physical"} 137438953472',
        'gleaner_proposals{state="awaiting-approval"} 2',
        'gleaner_actions_total{action="suspend",outcome="done"} 1',
        'gleaner_mode{capability="idleness",mode="observe"} 1',
      ]),
    )
    const families = lines.filter((line) => line.startsWith('# TYPE')).map((line) => line.split(' ')[2])
    expect(new Set(families).size).toBe(families.length)
    await api.close()
  })

  it('escape labels and leave out what is not known', () => {
    const out = new Exposition()
    out.gauge('x', 'a\nb', [
      { labels: { name: 'a"b\\c\nd' }, value: 1 },
      { labels: { name: 'gone' }, value: undefined },
      { value: Number.NaN },
      { value: Number.POSITIVE_INFINITY },
    ])
    out.gauge('empty', 'nothing', [{ value: undefined }])
    expect(out.text()).toBe('# HELP x a\\nb\n# TYPE x gauge\nx{name="a\\"b\\\\c\\nd"} 1\nx +Inf\n')
  })
})

describe('health', () => {
  it('tells without a token that it is up, and apart from that whether it can work', async () => {
    const { api, as, app, content } = await apiHarness({ clock: new VirtualClock() })
    const ready = async () => {
      const answer = await as(undefined, { url: '/readyz', headers: { host: 'anything.example' } })
      return [answer.statusCode, answer.json().status]
    }
    expect(await ready()).toEqual([200, 'ready'])
    content.down = true
    expect(await ready()).toEqual([503, 'degraded'])
    content.down = false
    app.state.ready = false
    expect(await ready()).toEqual([503, 'starting'])
    expect((await as(undefined, { url: '/healthz' })).statusCode).toBe(200)
    await api.close()
  })
})

describe('the console', () => {
  function built(): string {
    const folder = mkdtempSync(join(tmpdir(), 'gleaner-console-'))
    folders.push(folder)
    mkdirSync(join(folder, 'dist/assets'), { recursive: true })
    writeFileSync(join(folder, 'secret.txt'), 'outside')
    writeFileSync(join(folder, 'dist/index.html'), '<!doctype html><title>console</title>')
    writeFileSync(join(folder, 'dist/favicon.svg'), '<svg/>')
    writeFileSync(join(folder, 'dist/.hidden'), 'hidden')
    writeFileSync(join(folder, 'dist/assets/main-abc123.js'), 'export {}')
    return join(folder, 'dist')
  }

  it('is a page at every path that is no file; hashed files hold for ever, the page does not', async () => {
    const { api, as } = await apiHarness({ clock: new VirtualClock(), consoleDirectory: built() })
    for (const url of ['/', '/instances', '/instances/lab:web-1', '/rules?new=1']) {
      const answer = await as(undefined, { url })
      expect(answer.statusCode).toBe(200)
      expect(answer.body).toContain('<title>console</title>')
      expect(answer.headers['cache-control']).toBe('no-cache')
      expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'")
    }
    const script = await as(undefined, { url: '/assets/main-abc123.js' })
    expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(script.headers['content-type']).toContain('javascript')
    await api.close()
  })

  it('gives nothing that is not its own, and no page in place of a file or an endpoint', async () => {
    const { api, as } = await apiHarness({ clock: new VirtualClock(), consoleDirectory: built() })
    for (const url of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/assets/..%2f..%2f..%2fsecret.txt',
      '/assets/main-gone.js',
      '/.hidden',
      '/api/v1/nothing',
      '/metrics/x',
    ]) {
      const answer = await as(undefined, { url })
      expect(answer.statusCode, url).toBeGreaterThanOrEqual(400)
      expect(answer.body).not.toMatch(/outside|hidden<|<title>/)
    }
    expect((await as(undefined, { method: 'POST', url: '/instances' })).statusCode).toBe(404)
    await api.close()
  })

  it('says how to build it where it is not built', async () => {
    const { api, as } = await apiHarness({ clock: new VirtualClock(), consoleDirectory: '/nowhere/at/all' })
    const answer = await as(undefined, { url: '/' })
    expect(answer.headers['content-type']).toContain('text/html')
    expect(answer.body).toContain('npm run build')
    expect((await as(undefined, { url: '/api/v1/nothing' })).statusCode).toBe(404)
    await api.close()
  })
})
