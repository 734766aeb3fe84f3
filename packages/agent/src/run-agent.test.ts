// The agent whole, on a machine's own files: real pipes for its keyboards, real sockets, and a stand-in for the monitor of QEMU
// that speaks its protocol. Only the clocks are turned by hand.
import { createServer, type Server, type Socket } from 'node:net'
import { lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { parseAgentConfig } from './config/read-agent-config.ts'
import { type RunningAgent, runAgent } from './run-agent.ts'
import { askAgent } from './talk/agent-socket.ts'
import { RecordedMachine } from './testing/recorded-machine.ts'

/** A QEMU that can be stopped and go on, and be deaf. */
class FakeQemu {
  running = true
  deaf = false
  readonly heard: string[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  constructor(path: string) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.write('{"QMP": {"version": {}, "capabilities": []}}\r\n')
      socket.on('data', (chunk) => {
        for (const line of String(chunk)
          .split('\n')
          .filter((each) => each !== ''))
          this.#take(socket, line)
      })
    }).listen(path)
  }

  #take(socket: Socket, line: string): void {
    const { execute } = JSON.parse(line) as { execute: string }
    this.heard.push(execute)
    if (this.deaf) return
    if (execute === 'stop' || execute === 'cont') {
      this.running = execute === 'cont'
      socket.write(`{"event": "${this.running ? 'RESUME' : 'STOP'}", "timestamp": {}}\r\n`)
    }
    const status = this.running ? 'running' : 'paused'
    socket.write(execute === 'query-status' ? `{"return": {"status": "${status}"}}\r\n` : '{"return": {}}\r\n')
  }

  end(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }
}

let machine: RecordedMachine
let agents: RunningAgent[]
let qemus: FakeQemu[]
let clocks = { monoMs: 5000, bootMs: 5000, wallMs: 1_790_000_000_000 }
const lines: string[] = []

beforeEach(() => {
  machine = new RecordedMachine()
  agents = []
  qemus = []
  lines.length = 0
  clocks = { monoMs: 5000, bootMs: 5000, wallMs: 1_790_000_000_000 }
  mkdirSync(join(machine.folder, 'qmp'))
  machine.plug('event0', 'keyboard')
})
afterEach(async () => {
  for (const agent of agents) await agent.end()
  for (const qemu of qemus) await qemu.end()
  machine.end()
})

const at = (name: string) => join(machine.folder, name)
const config = (more = '') =>
  parseAgentConfig(
    `
name: desk
socket: ${at('agent.sock')}
stateDirectory: ${at('state')}
absent: 15m
continueAfter: 5m
monitors: { keyboard: {}, ps2: {} }
guests: [ { qmp: ${at('qmp')} } ]
${more}`,
    'agent.yaml',
  )

async function start(): Promise<RunningAgent> {
  const agent = await runAgent(config(), {
    roots: machine.roots,
    clocks: () => clocks,
    say: (line) => lines.push(line),
  })
  agents.push(agent)
  return agent
}
function guest(name = 'a'): FakeQemu {
  const qemu = new FakeQemu(at(`qmp/${name}`))
  qemus.push(qemu)
  return qemu
}
function pass(agent: RunningAgent, ms: number, stepMs = 5000) {
  for (let left = ms; left > 0; left -= stepMs) {
    const span = Math.min(left, stepMs)
    clocks = { monoMs: clocks.monoMs + span, bootMs: clocks.bootMs + span, wallMs: clocks.wallMs + span }
    agent.watch.look()
  }
  return agent.watch.answer
}
const soon = { timeout: 10_000, interval: 10 }
const minute = 60_000

/** Nobody looks: the key itself has to wake the watch. */
async function press(agent: RunningAgent, event = 'event0'): Promise<void> {
  clocks = { monoMs: clocks.monoMs + 250, bootMs: clocks.bootMs + 250, wallMs: clocks.wallMs + 250 }
  machine.press(event)
  await vi.waitFor(() => expect(agent.watch.answer?.verdict.code).toBe('user-input'), soon)
}

/** Looks again and again without time passing: what happens at the guests' sockets happens meanwhile. */
const until = (agent: RunningAgent, so: () => boolean) =>
  vi.waitFor(() => {
    agent.watch.look()
    expect(so()).toBe(true)
  }, soon)

/** So it is, and the agent has heard of it. */
const stands = (agent: RunningAgent, qemu: FakeQemu) =>
  !qemu.running && agent.watch.guests().every((each) => each.state() === 'paused')
const runs = (agent: RunningAgent, qemu: FakeQemu) =>
  qemu.running && agent.watch.guests().every((each) => each.state() === 'running')

it('pauses a guest that runs when it starts: nobody knows who is there; lets it go on when nobody is; pauses it at a key', async () => {
  const qemu = guest()
  const agent = await start()
  await until(agent, () => stands(agent, qemu))
  expect(pass(agent, 14 * minute)?.mayRun).toBe(true)
  await until(agent, () => runs(agent, qemu))
  expect(agent.watch.answer?.phase).toBe('lent')
  await press(agent)
  await until(agent, () => stands(agent, qemu))
  expect(agent.watch.totals).toMatchObject({ interruptions: 1 })
  pass(agent, 7 * minute)
  await until(agent, () => runs(agent, qemu))
})

it('never lets a guest go on that somebody else has paused', async () => {
  const qemu = guest()
  qemu.running = false
  const agent = await start()
  await until(agent, () => agent.watch.guests().every((each) => each.state() === 'paused'))
  pass(agent, 20 * minute)
  expect(agent.watch.answer?.mayRun).toBe(true)
  agent.watch.look()
  expect(qemu.heard).not.toContain('cont')
})

it('knows after it was killed which guests it paused itself', async () => {
  const own = guest('own')
  const other = guest('other')
  other.running = false
  const first = await start()
  await until(first, () => !own.running)
  expect(JSON.parse(readFileSync(at('state/state.json'), 'utf8'))).toEqual({ paused: [`qmp ${at('qmp/own')}`] })
  await agents.pop()?.end()
  const second = await start()
  await until(second, () => second.watch.guests().every((each) => each.state() === 'paused'))
  pass(second, 20 * minute)
  await until(second, () => own.running)
  expect(other.running).toBe(false)
})

it('a guest that does not answer counts as running and is tried again until it does', async () => {
  const qemu = guest()
  const agent = await start()
  await until(agent, () => stands(agent, qemu))
  pass(agent, 15 * minute)
  await until(agent, () => runs(agent, qemu))
  qemu.deaf = true
  await press(agent)
  await until(agent, () => lines.some((line) => line.includes('could not be paused')))
  expect(agent.watch.look().phase).toBe('reclaiming')
  qemu.deaf = false
  await until(agent, () => stands(agent, qemu))
})

it('a state that cannot be written keeps no guest running', async () => {
  const qemu = guest()
  const agent = await start()
  await until(agent, () => stands(agent, qemu))
  pass(agent, 15 * minute)
  // Lent, and the agent knows that it goes on: nothing is written down as paused any more.
  await until(agent, () => qemu.running && readFileSync(at('state/state.json'), 'utf8') === '{"paused":[]}')
  machine.remove('state')
  writeFileSync(at('state'), 'not a folder')
  await press(agent)
  await until(agent, () => stands(agent, qemu))
  expect(lines.some((line) => line.includes('could not be written down'))).toBe(true)
})

it('a damaged state file is as if nothing had been paused', async () => {
  machine.write('state/state.json', '{"paused": ["x"')
  const qemu = guest()
  qemu.running = false
  const agent = await start()
  pass(agent, 20 * minute)
  expect(qemu.running).toBe(false)
})

it('ends only with every guest standing still', async () => {
  const qemu = guest()
  const agent = await start()
  await until(agent, () => stands(agent, qemu))
  pass(agent, 15 * minute)
  await until(agent, () => runs(agent, qemu))
  await agents.pop()?.end()
  expect(qemu.running).toBe(false)
})

it('answers its users: status, reclaim, lend, auto; and keeps a refusal over a restart', async () => {
  const qemu = guest()
  const agent = await start()
  await until(agent, () => stands(agent, qemu))
  pass(agent, 15 * minute)
  await until(agent, () => runs(agent, qemu))
  const ask = async (question: Parameters<typeof askAgent>[1]) => {
    const reply = await askAgent(at('agent.sock'), question)
    return 'status' in reply ? reply.status : reply
  }
  expect(await ask({ ask: 'status' })).toMatchObject({ name: 'desk', phase: 'lent', mayRun: true })
  expect(await ask({ ask: 'reclaim', forMs: 3_600_000 })).toMatchObject({
    mayRun: false,
    verdict: { code: 'owner-refuses' },
    wish: { kind: 'not-now', leftMs: 3_600_000 },
  })
  await until(agent, () => stands(agent, qemu))
  await agents.pop()?.end()
  await start()
  expect(await ask({ ask: 'status' })).toMatchObject({ verdict: { code: 'owner-refuses' } })
  expect(await ask({ ask: 'lend', forMs: null })).toMatchObject({ wish: { kind: 'lend', leftMs: null } })
  expect(await ask({ ask: 'auto' })).not.toHaveProperty('wish')
  expect(await ask({ ask: 'burn' } as never)).toEqual({ refused: 'this is no question the agent knows' })
})

it('two agents on one machine would work against each other: the second one refuses to start', async () => {
  await start()
  await expect(start()).rejects.toThrow('another agent already listens')
})

it('a socket left behind by one that was killed does not stop the next', async () => {
  // Under its own name it would be taken away when it is closed.
  const killed = createServer()
  await new Promise<void>((resolve) => {
    killed.listen(at('listens.sock'), resolve)
  })
  renameSync(at('listens.sock'), at('agent.sock'))
  await new Promise((resolve) => {
    killed.close(resolve)
  })
  expect(lstatSync(at('agent.sock')).isSocket()).toBe(true)
  const agent = await start()
  expect(agent.watch.answer?.mayRun).toBe(false)
})

it('a file that is no socket is left as it is', async () => {
  writeFileSync(at('agent.sock'), 'of somebody')
  await expect(start()).rejects.toThrow('is there already and is no socket')
  expect(readFileSync(at('agent.sock'), 'utf8')).toBe('of somebody')
})

it('between two judgements a second apart a key is enough for one at once', async () => {
  const qemu = guest()
  const agent = await start()
  await until(agent, () => stands(agent, qemu))
  pass(agent, 15 * minute)
  await until(agent, () => runs(agent, qemu) && agent.watch.answer?.phase === 'lent')
  const judged = agent.watch.memory.clocks.monoMs
  const tick = (ms: number) => {
    clocks = { monoMs: clocks.monoMs + ms, bootMs: clocks.bootMs + ms, wallMs: clocks.wallMs + ms }
    agent.watch.tick()
  }
  tick(100)
  tick(100)
  expect(agent.watch.memory.clocks.monoMs).toBe(judged)
  await press(agent)
  expect(agent.watch.memory.clocks.monoMs).toBe(judged + 450)
})
