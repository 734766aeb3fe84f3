import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { preferredUser } from './account.ts'
import { lastWords } from './launch.ts'
import { isAlive, isPostmasterOf, isSurelyUnused, parsePostmasterFile } from './postmaster.ts'
import { postgresqlConf } from './settings.ts'

describe('preferredUser', () => {
  const passwd = (...names: string[]) =>
    names.map((name, index) => `${name}:x:${name === 'root' ? 0 : 100 + index}:${200 + index}::/:/bin/sh`).join('\n')

  it('takes a user made for such purposes, else any that is not root', () => {
    expect(preferredUser(passwd('root', 'daemon', 'nobody', 'postgres'))).toEqual({
      name: 'postgres',
      uid: 103,
      gid: 203,
    })
    expect(preferredUser(passwd('root', 'daemon', 'nobody'))?.name).toBe('nobody')
    expect(preferredUser(passwd('root', 'alice', 'bob'))?.name).toBe('alice')
    expect(preferredUser(passwd('root'))).toBeUndefined()
    expect(preferredUser('# comment\n\nbroken\nalso:x:notanumber:1\n')).toBeUndefined()
  })
})

describe('parsePostmasterFile', () => {
  it('reads the lines PostgreSQL writes, also while it has not written them all', () => {
    const text = '4711\n/data with space\n1795237199\n5432\n/run/x\n\n  2147574         4\nready   \n'
    expect(parsePostmasterFile(text)).toEqual({
      pid: 4711,
      dataDirectory: '/data with space',
      port: 5432,
      socketDirectory: '/run/x',
      status: 'ready',
    })
    expect(parsePostmasterFile('4711\n/data\n')).toMatchObject({ pid: 4711, status: '' })
    for (const bad of ['', '\n', 'x\n/data', '-1\n/data']) expect(parsePostmasterFile(bad)).toBeUndefined()
  })
})

describe('the processes of a data directory', () => {
  it('are told apart from others, and a dead one that nobody has buried does not live', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'gleaner-parts-'))
    expect(await isAlive(process.pid)).toBe(true)
    expect(await isPostmasterOf(process.pid, directory)).toBe(false)
    expect(await isSurelyUnused(directory)).toBe(true)
    // A shell that becomes a program which never asks after its child: the child stays as a zombie when it ends.
    const parent = spawn('/bin/sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], { cwd: directory })
    const zombie = Number(
      await new Promise<string>((resolve) => parent.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()))),
    )
    try {
      const untilMs = performance.now() + 10_000
      while ((await isAlive(zombie)) && performance.now() < untilMs)
        await new Promise((resolve) => setTimeout(resolve, 10))
      expect(() => process.kill(zombie, 0)).not.toThrow()
      expect(await isAlive(zombie)).toBe(false)
      expect(await isSurelyUnused(directory)).toBe(false)
    } finally {
      parent.kill('SIGKILL')
      await rm(directory, { recursive: true })
    }
  })
})

describe('lastWords', () => {
  it('gives the fatal line with the one before it, without times and process ids', () => {
    const log = `2026-01-01 00:00:00.000 UTC [12] LOG:  unrecognized configuration parameter "x" in file "c" line 3
2026-01-01 00:00:00.001 UTC [12] FATAL:  configuration file "c" contains errors
2026-01-01 00:00:00.002 UTC [12] LOG:  database system is shut down
`
    expect(lastWords(log)).toBe(
      'LOG:  unrecognized configuration parameter "x" in file "c" line 3 FATAL:  configuration file "c" contains errors',
    )
    expect(lastWords('postgres: error while loading shared libraries\n')).toBe(
      'postgres: error while loading shared libraries',
    )
    expect(lastWords('')).toBe('')
  })
})

describe('postgresqlConf', () => {
  it('quotes a path with whatever signs it has', () => {
    const text = postgresqlConf({ dataDirectory: '/d', socketDirectory: `/a, b/o'r/"x"`, durable: true })
    expect(text).toContain(`unix_socket_directories = '"/a, b/o''r/""x"""'\n`)
    expect(text).toContain("listen_addresses = ''\n")
    expect(text).toContain("fsync = 'on'\n")
  })
})
