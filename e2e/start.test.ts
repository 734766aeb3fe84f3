// npm start as a newcomer meets it: ready, adopted again, refused twice on one state directory, gone without a trace.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type Program, processesNaming, root, startProgram, until } from './process.ts'

const base = mkdtempSync(join(tmpdir(), 'gleaner-start-'))
const state = join(base, 'state')
const started: Program[] = []

afterAll(async () => {
  for (const program of started) program.process.kill('SIGKILL')
  await Promise.all(started.map((program) => program.exited))
  rmSync(base, { recursive: true, force: true })
})

function start(): Program {
  const program = startProgram(['tools/start.mjs'], {
    env: { GLEANER_STATE_DIR: state, GLEANER_LISTEN: '127.0.0.1:0' },
  })
  started.push(program)
  return program
}

async function address(program: Program): Promise<string> {
  return (await program.says(/(http:\/\/127\.0\.0\.1:\d+)/))[1] ?? ''
}

interface Status {
  readonly ready: boolean
  readonly now: string
  readonly speed: number
  readonly clouds: readonly { readonly hosts: number; readonly instances: number; readonly state: string }[]
  readonly modes: readonly { readonly capability: string; readonly mode: string }[]
}

async function status(url: string): Promise<Status> {
  const response = await fetch(`${url}/api/v1/status`)
  expect(response.status).toBe(200)
  return (await response.json()) as Status
}

describe('npm start', () => {
  it('shows a living datacentre in observe, and ends at a signal without leaving a process', async () => {
    const program = start()
    const url = await address(program)
    const ready = await until('the first reading', async () => {
      const now = await status(url)
      return now.ready ? now : undefined
    })
    expect(ready.clouds[0]).toMatchObject({ hosts: 24, state: 'fresh' })
    expect(ready.clouds[0]?.instances).toBeGreaterThan(250)
    expect(ready.modes.every((mode) => mode.mode === 'observe')).toBe(true)
    expect(ready.speed).toBe(60)
    const page = await fetch(url)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('<title>Gleaner')

    const second = start()
    expect(await second.exited).toBe(1)
    expect(second.output()).toMatch(/Another Gleaner \(process \d+, since .*\) uses the state directory/)
    expect(second.output()).toContain('GLEANER_STATE_DIR')

    program.process.kill('SIGTERM')
    expect(await program.exited).toBe(0)
    expect(processesNaming(state)).toEqual([])
  })

  it('goes on where it stopped, also after a kill -9', async () => {
    const first = start()
    const firstUrl = await address(first)
    await until('the first reading', async () => ((await status(firstUrl)).ready ? true : undefined))
    const token = readFileSync(join(state, 'cli-token'), 'utf8').trim()
    const made = await fetch(`${firstUrl}/api/v1/rules`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        name: 'mine',
        expression: 'cpu < 0.01',
        action: 'notify',
        covers: {},
        grace: '1h',
        mode: 'observe',
        priority: 1,
        enabled: true,
      }),
    })
    expect(made.status).toBe(201)
    first.process.kill('SIGKILL')
    expect(await first.exited).toBe('SIGKILL')

    const second = start()
    const url = await address(second)
    await until('the first reading', async () => ((await status(url)).ready ? true : undefined))
    const rules = (await (await fetch(`${url}/api/v1/rules`)).json()) as { items: { definition: { name: string } }[] }
    expect(rules.items.map((rule) => rule.definition.name)).toContain('mine')
    second.process.kill('SIGINT')
    expect(await second.exited).toBe(0)
    expect(processesNaming(state)).toEqual([])
  })

  it('ends when what started it is killed, as npm is by some who run it', async () => {
    const shell = spawn('sh', ['-c', `"${process.execPath}" tools/start.mjs; true`], {
      cwd: root,
      env: { ...process.env, npm_lifecycle_event: 'start', GLEANER_STATE_DIR: state, GLEANER_LISTEN: '127.0.0.1:0' },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    await new Promise<void>((resolve) =>
      shell.stdout.on('data', (chunk: Buffer) => chunk.includes('http://') && resolve()),
    )
    expect(processesNaming(state)).not.toEqual([])
    shell.kill('SIGKILL')
    await until('the end of everything', () => (processesNaming(state).length === 0 ? true : undefined))
  })
})
