// The agent before a real libvirtd with real guests, and no control plane: they stand still when somebody is there and go on afterwards;
// guests of other names, and those that somebody else paused, are left alone; a daemon that is away leaves guests that count as running.
// virsh is the second opinion.
import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { parseAgentConfig } from '../config/read-agent-config.ts'
import { type RunningAgent, runAgent } from '../run-agent.ts'
import { RecordedMachine } from '../testing/recorded-machine.ts'
import { haltAll } from '../watch/halt-guest.ts'
import { KeptState } from '../watch/kept-state.ts'
import { GuestList } from './guest-list.ts'

const labs = fileURLToPath(new URL('../../../../labs/libvirt/', import.meta.url))
const run = promisify(execFile)
const needed = ['libvirtd', 'virsh', 'qemu-system-x86_64', 'busybox', 'cpio']
const missing = needed.filter(
  (name) => !['/usr/bin', '/usr/sbin', '/bin'].some((folder) => existsSync(join(folder, name))),
)
const isRequired = process.env['GLEANER_TEST_REQUIRE_ALL'] === '1'
if (missing.length > 0)
  console.warn(`skipped, real libvirtd: ${missing.join(', ')} missing; see labs/libvirt/README.md`)

describe.skipIf(missing.length > 0 && !isRequired)('guests of a real libvirtd', { timeout: 180_000 }, () => {
  const patient = { timeout: 60_000, interval: 50 }
  let folder: string
  let uri: string
  let machine: RecordedMachine
  let agent: RunningAgent
  let clocks = { monoMs: 5000, bootMs: 5000, wallMs: 1_790_000_000_000 }
  const lines: string[] = []

  beforeAll(async () => {
    expect(missing, 'programs to install').toEqual([])
    folder = mkdtempSync(join(tmpdir(), 'gl-agent-'))
    const cache = process.env['GLEANER_LAB_CACHE'] ?? join(tmpdir(), `gleaner-lab-cache-${process.getuid?.() ?? 0}`)
    const env = { ...process.env, GLEANER_LAB_CACHE: cache }
    const { stdout } = await run(join(labs, 'up'), [folder, '5', 'idle-1', 'idle-2', 'busy-1'], { env })
    uri = /^uri: (.*)$/m.exec(stdout)?.[1] ?? ''
    machine = new RecordedMachine()
    machine.plug('event0', 'keyboard')
    mkdirSync(join(machine.folder, 'state'))
    agent = await begin()
  }, 240_000)

  afterAll(async () => {
    await agent?.end()
    machine?.end()
    await run(join(labs, 'down'), [folder])
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  const config = () =>
    parseAgentConfig(
      `
name: desk
socket: ${join(machine.folder, 'agent.sock')}
stateDirectory: ${join(machine.folder, 'state')}
absent: 15m
monitors: { keyboard: {} }
guests: [ { libvirt: "${uri}", names: ["^idle-"] } ]
`,
      'agent.yaml',
    )
  const begin = () =>
    runAgent(config(), { roots: machine.roots, clocks: () => clocks, say: (line) => lines.push(line) })
  const virsh = (...words: readonly string[]) =>
    execFileSync('virsh', ['-q', '-c', uri, ...words], { encoding: 'utf8' })
  const states = () => ['idle-1', 'idle-2', 'busy-1'].map((name) => virsh('domstate', name).trim())
  const pass = (ms: number) => {
    for (let left = ms; left > 0; left -= 5000) {
      clocks = { monoMs: clocks.monoMs + 5000, bootMs: clocks.bootMs + 5000, wallMs: clocks.wallMs + 5000 }
      agent.watch.look()
    }
  }
  /** Nobody looks: the key itself has to wake the agent. */
  const press = () => {
    clocks = { monoMs: clocks.monoMs + 250, bootMs: clocks.bootMs + 250, wallMs: clocks.wallMs + 250 }
    machine.press('event0')
  }
  /** Looks again and again; what happens at the daemon happens meanwhile. */
  const until = (expected: readonly string[]) =>
    vi.waitFor(() => {
      pass(5000)
      expect(states()).toEqual(expected)
    }, patient)

  it('stand still when the agent begins, go on when nobody is there, and stand still at a key; no others do', {
    timeout: 120_000,
  }, async () => {
    await until(['paused', 'paused', 'running'])
    pass(16 * 60_000)
    await until(['running', 'running', 'running'])
    expect(
      agent.watch
        .guests()
        .map(({ name }) => name.replace(/^libvirt \S+ /, ''))
        .sort(),
    ).toEqual(['idle-1', 'idle-2'])
    press()
    await vi.waitFor(() => expect(states()).toEqual(['paused', 'paused', 'running']), patient)
    expect(agent.watch.answer?.mayRun).toBe(false)
  })

  it('stay as they are when somebody else paused them', async () => {
    pass(16 * 60_000)
    await until(['running', 'running', 'running'])
    // The agent has seen that they run: they are no longer its own to let go on.
    await vi.waitFor(() => {
      pass(5000)
      expect(new KeptState(join(machine.folder, 'state')).paused.size).toBe(0)
    }, patient)
    virsh('suspend', 'idle-2')
    await vi.waitFor(
      () =>
        expect(
          agent.watch
            .guests()
            .map((guest) => guest.state())
            .sort(),
        ).toEqual(['paused', 'running']),
      patient,
    )
    press()
    await vi.waitFor(() => expect(states()).toEqual(['paused', 'paused', 'running']), patient)
    pass(30 * 60_000)
    await until(['running', 'paused', 'running'])
    virsh('resume', 'idle-2')
    await until(['running', 'running', 'running'])
  })

  it('one that begins while somebody is there stands still at once', async () => {
    virsh('destroy', 'idle-2')
    await until(['running', 'shut off', 'running'])
    press()
    await until(['paused', 'shut off', 'running'])
    virsh('start', 'idle-2')
    await until(['paused', 'paused', 'running'])
  })

  it('count as running while the daemon is away, are not forgotten, and go on when it is back', async () => {
    await run(join(labs, 'daemon.sh'), [join(folder, 'libvirt'), 'stop'])
    await vi.waitFor(() => {
      pass(5000)
      const known = agent.watch.guests().map((guest) => guest.state())
      expect(known).toEqual(['unknown', 'unknown', 'unknown'])
    }, patient)
    expect(agent.watch.answer?.phase).not.toBe('lendable')
    pass(40 * 60_000)
    await run(join(labs, 'daemon.sh'), [join(folder, 'libvirt'), 'start'])
    await until(['running', 'running', 'running'])
    expect(agent.watch.guests()).toHaveLength(2)
  })

  it('are held by the last word of an agent that is gone, which another one takes up again', async () => {
    await agent.end()
    expect(states()).toEqual(['paused', 'paused', 'running'])
    virsh('resume', 'idle-1')
    const guests = new GuestList(config().guests, machine.roots.sys)
    await guests.asked()
    const kept = new KeptState(join(machine.folder, 'state'))
    expect(await haltAll(guests.all(0), kept, (line) => lines.push(line))).toBe(true)
    guests.close()
    expect(states()).toEqual(['paused', 'paused', 'running'])
    agent = await begin()
    pass(16 * 60_000)
    await until(['running', 'running', 'running'])
  })
})
