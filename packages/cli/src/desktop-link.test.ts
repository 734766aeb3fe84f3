// A desktop's agent, as its program runs it, joined to a server with PostgreSQL by the commands that people type.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseConfig, type RunningGleaner, startGleaner } from '@gleaner/server'
import { createTestDatabase, type TestDatabase } from '@gleaner/store/testing'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { run } from './run.ts'

let folder: string
let database: TestDatabase
let server: RunningGleaner
const ended = new AbortController()
let agent: Promise<unknown> | undefined
const soon = { timeout: 60_000, interval: 50 }

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-desk-'))
  database = await createTestDatabase()
  const text = `
listen: 127.0.0.1:0
databaseUrl: ${database.url}
anonymous: administrator
log: error
clouds: [ { id: sim, kind: simulated, seed: 7, hosts: 2, desktops: 0, instances: 4, projects: 1, owners: false } ]
opportunism: { beat: 1s, contract: 3s }
`
  const environment = { GLEANER_STATE_DIR: join(folder, 'server') }
  server = await startGleaner({
    config: parseConfig(text, join(folder, 'gleaner.yaml'), { environment, directory: folder }),
  })
  // A load that no machine has: nobody is ever there.
  writeFileSync(
    join(folder, 'agent.yaml'),
    `
name: desk
socket: ${join(folder, 'agent.sock')}
stateDirectory: ${join(folder, 'agent')}
absent: 1s
grace: 0s
monitors: { load: { startBelow: 1000, suspendAbove: 1024, absent: 1s } }
`,
  )
}, 120_000)

afterAll(async () => {
  ended.abort()
  await agent
  await server?.stop()
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

async function gleaner(words: string, signal = new AbortController().signal) {
  let out = ''
  let err = ''
  const code = await run(words.split(' '), {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    columns: 160,
    isTerminal: false,
    environment: { GLEANER_URL: server.url, GLEANER_STATE_DIR: '/nowhere', TERM: 'xterm' },
    directory: folder,
    timeZone: 'UTC',
    signal,
  })
  return { out, err, code }
}
const config = () => `--config ${join(folder, 'agent.yaml')}`
const status = async () =>
  JSON.parse((await gleaner(`--json agent status ${config()}`)).out) as {
    phase: string
    mayRun: boolean
    verdict: { code: string }
  }

it('joins, lends under a contract, is told of, and stands still by itself when the control plane no longer wants it', async () => {
  const made = await gleaner('desktops join-token --host hv-02 --pool offices --lifetime 1h --quiet')
  expect([made.code, made.err]).toEqual([0, ''])
  const unknown = await gleaner('desktops join-token --host hv-20 --quiet')
  expect([unknown.code, unknown.out]).toEqual([0, expect.stringMatching(/^\S+\n$/)])
  expect(unknown.err).toBe(
    'gleaner: No cloud shows a host "hv-20". Is "hv-02" meant? The token is good all the same: what joins with it counts once a cloud shows it.\n',
  )
  const far = await gleaner('--json desktops join-token --host something-else --cloud sim')
  expect([far.err, JSON.parse(far.out)]).toEqual([
    '',
    expect.objectContaining({
      hint: 'sim shows no host "something-else". The token is good all the same: what joins with it counts once a cloud shows it.',
    }),
  ])
  const token = made.out.trim()
  const elsewhere = await gleaner(`agent join ${token} --server http://gleaner.example:7878 ${config()}`)
  expect([elsewhere.code, elsewhere.err]).toEqual([1, expect.stringContaining('only https leads to another machine')])
  const joining = await gleaner(`agent join ${token} --server ${server.url} ${config()}`)
  expect([joining.code, joining.err]).toEqual([0, ''])
  expect(joining.out).toContain('this machine speaks for hv-02 (pool offices)')
  const twice = await gleaner(`agent join ${token} --server ${server.url} ${config()}`)
  expect([twice.code, twice.err]).toEqual([1, expect.stringContaining('used already')])
  const kept = join(folder, 'agent/link.json')
  expect(statSync(kept).mode & 0o077).toBe(0)
  expect(readFileSync(kept, 'utf8')).not.toContain(token)
  expect((await gleaner('desktops')).out).toContain('silent')

  agent = gleaner(`agent run ${config()}`, ended.signal)
  await vi.waitFor(async () => expect((await status()).mayRun).toBe(true), soon)
  await vi.waitFor(async () => {
    const shown = await gleaner('desktops')
    expect(shown.out).toMatch(/hv-02 +offices +lendable/)
    expect(shown.out).toContain('1 of 1 can be lent now')
  }, soon)
  const history = (await gleaner('desktops show hv-02')).out
  expect(history).toContain('hv-02 (pool offices) is lendable')

  // Somebody at the desktop wants it: the control plane knows.
  await gleaner(`agent reclaim ${config()}`)
  await vi.waitFor(
    async () => expect((await gleaner('desktops')).out).toContain('The owner does not want to lend'),
    soon,
  )
  await gleaner(`agent auto ${config()}`)
  await vi.waitFor(async () => expect((await status()).mayRun).toBe(true), soon)

  expect((await gleaner('desktops revoke hv-02')).code).toBe(0)
  await vi.waitFor(
    async () => expect(await status()).toMatchObject({ mayRun: false, verdict: { code: 'lend-contract-over' } }),
    soon,
  )
  expect((await gleaner('desktops')).out).toMatch(/hv-02 +offices +revoked/)
}, 240_000)
