// The commands of the agent, as the program of its own and the command line of Gleaner both offer them. Each resolves with its exit
// code: 0 done, 1 refused, 3 no agent answers.
import { readFileSync, writeFileSync, statSync } from 'node:fs'
import { GleanerError } from '@gleaner/model/errors'
import { judgeDesktop, newLendingMemory } from '@gleaner/engine/opportunism'
import type { AgentConfig } from './config/agent-config.ts'
import { defaultKinds, sessionFolder } from './config/default-monitors.ts'
import { defaultConfigFile, loadAgentConfig } from './config/read-agent-config.ts'
import { readPowerNap } from './config/powernap.ts'
import { GuestList } from './guests/guest-list.ts'
import { askMonitor, machineRoots } from './monitors/monitor.ts'
import { policyOf, runAgent } from './run-agent.ts'
import { joinServer } from './link/join-server.ts'
import { checkPlace, linkFile, writeLink } from './link/link-file.ts'
import { addressFault, LinkRefusal } from './link/signed-post.ts'
import { compositorOf, runSessionHelper, sessionOf } from './session/session-helper.ts'
import { askAgent } from './talk/agent-socket.ts'
import { type AgentQuestion, type AgentStatus, longestWishDays } from './talk/agent-status.ts'
import { monitorsText, statusText } from './talk/status-text.ts'
import { msUntil } from './talk/time-of-day.ts'
import { haltAll } from './watch/halt-guest.ts'
import { KeptState } from './watch/kept-state.ts'
import { machineClocks } from './watch/machine-clocks.ts'
import { makeMonitor } from './watch/make-monitors.ts'

export interface AgentIo {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly signal: AbortSignal
}

export interface SessionHelperOptions {
  /** As loginctl names it. */
  readonly session?: string | undefined
  readonly folder?: string | undefined
}

export interface AgentOptions {
  readonly config?: string | undefined
  readonly json?: boolean | undefined
}

export async function agentRun(options: AgentOptions, io: AgentIo): Promise<number> {
  const config = loadAgentConfig(options.config ?? defaultConfigFile)
  const agent = await runAgent(config, {
    say: (line) => io.out(`${line}\n`),
    warn: (leftMs) => warnUsers(config.name, leftMs),
  })
  io.out(`watching ${config.name}: ${config.monitors.map(({ name }) => name).join(', ')}; ${config.socket}\n`)
  if (!io.signal.aborted)
    await new Promise<void>((resolve) => io.signal.addEventListener('abort', () => resolve(), { once: true }))
  await agent.end()
  return 0
}

/** Runs in a user's own Wayland session and tells the agent whether somebody is there. Ends with 1 when the compositor is gone. */
export async function agentSessionHelper(options: SessionHelperOptions, io: AgentIo): Promise<number> {
  const compositor = compositorOf(process.env)
  const session =
    options.session ?? sessionOf(process.env, { run: machineRoots.run, uid: process.getuid?.() ?? Number.NaN })
  const refused = (why: string, remedy: string) => {
    io.err(`gleaner agent: ${why}\n${remedy}\n`)
    return 1
  }
  if (compositor === undefined)
    return refused(
      'this is no Wayland session',
      'Start it within one: WAYLAND_DISPLAY and XDG_RUNTIME_DIR have to be set.',
    )
  if (session === undefined || !/^[a-z]?\d+$/.test(session))
    return refused('the session has no number', 'Name it as loginctl does: --session 3.')
  const file = `${options.folder ?? sessionFolder}/${session}`
  const reason = await runSessionHelper({ compositor, file, say: (line) => io.out(`${line}\n`) }, io.signal)
  if (reason === undefined) return 0
  return refused(reason, 'Without it this session counts as in use; its service starts it anew.')
}

export async function agentStatus(options: AgentOptions, io: AgentIo): Promise<number> {
  return ask({ ask: 'status' }, options, { io, show: statusText })
}

/** Without a running agent it looks itself, twice within a second, at what the agent would see. */
export async function agentMonitors(options: AgentOptions, io: AgentIo): Promise<number> {
  const config = loadAgentConfig(options.config ?? defaultConfigFile)
  const reply = await askAgent(config.socket, { ask: 'status' }).catch(() => undefined)
  if (reply !== undefined && 'status' in reply) return show(reply.status, options, { io, show: monitorsText })
  io.err('gleaner agent: no agent runs here; this is what it would see, from now on\n')
  return show(await lookOnce(config), options, { io, show: monitorsText })
}

export interface OwnerWords {
  readonly ask: 'reclaim' | 'lend' | 'auto'
  readonly forMs?: number | undefined
  /** Time of day on this machine. */
  readonly until?: string | undefined
}

/** Neither `forMs` nor `until`: until it is taken back. */
export async function agentWish(words: OwnerWords, options: AgentOptions, io: AgentIo): Promise<number> {
  const { ask: what, until, forMs } = words
  const show = statusText
  if (what === 'auto') return ask({ ask: what }, options, { io, show })
  const misread = (why: string) => {
    io.err(`gleaner agent: ${why}\n`)
    return 2
  }
  if (until !== undefined && forMs !== undefined) return misread('either for so long or until then')
  const spanMs = until === undefined ? (forMs ?? null) : msUntil(until, new Date())
  if (spanMs === undefined) return misread(`"${until}" is no time of day such as 18:00`)
  if (spanMs !== null && spanMs > longestWishDays * 86_400_000)
    return misread(
      `at most ${longestWishDays} days can be asked for; without a time it holds until "gleaner agent auto"`,
    )
  return ask({ ask: what, forMs: spanMs }, options, { io, show })
}

/** Uses a join token up; a running agent has to be started anew, and its guests stand still until then. */
export async function agentJoin(
  options: AgentOptions & { readonly server: string; readonly token: string; readonly ca?: string | undefined },
  io: AgentIo,
): Promise<number> {
  const config = loadAgentConfig(options.config ?? defaultConfigFile)
  const refused = (why: string, remedy: string) => {
    io.err(`gleaner agent: ${why}\n${remedy}\n`)
    return 1
  }
  const fault = addressFault(options.server)
  if (fault !== undefined)
    return refused(fault, 'The address is that of the console, as in --server https://gleaner.example:7878.')
  const ca = options.ca === undefined ? undefined : readText(options.ca)
  const file = linkFile(config.stateDirectory)
  try {
    checkPlace(file)
  } catch (error) {
    return refused(
      `the key could not be kept: ${(error as Error).message}`,
      'Join as root or as the user of the agent, with its configuration (--config); the token still counts.',
    )
  }
  try {
    const link = await joinServer({ server: options.server, ca, token: options.token })
    writeLink(file, link, true)
    const { desktop, host, pool, server } = link
    io.out(
      options.json === true
        ? `${JSON.stringify({ desktop, host, pool, server }, null, 2)}\n`
        : `this machine speaks for ${host} (pool ${pool}) at ${server} from the next start of the agent on\n`,
    )
    return 0
  } catch (error) {
    // Every refusal of Gleaner has a code.
    if (error instanceof LinkRefusal && error.code === '')
      return refused(
        `${options.server} is not Gleaner, or a proxy before it refuses: ${error.message}`,
        'Check the address: it is that of the console; the token still counts.',
      )
    if (error instanceof LinkRefusal)
      return refused(
        `refused: ${error.message}`,
        'Make a new token on the server: gleaner desktops join-token --host NAME; each counts once.',
      )
    return refused(
      `${options.server} cannot be reached: ${(error as Error).message}`,
      'Check the address, and --ca where the certificate is of an authority of your own; the token still counts.',
    )
  }
}

/** Every guest that the file names stands still, whether an agent runs or not: the last word of the service. */
export async function agentHold(options: AgentOptions, io: AgentIo): Promise<number> {
  const config = loadAgentConfig(options.config ?? defaultConfigFile)
  const guests = new GuestList(config.guests, machineRoots.sys)
  await guests.asked()
  const all = await haltAll(guests.all(0), new KeptState(config.stateDirectory), (line) => io.out(`${line}\n`))
  guests.close()
  return all ? 0 : 1
}

/** What PowerNap's file means here, and a note for each key without a meaning. */
export async function agentPowerNap(file: string, options: AgentOptions, io: AgentIo): Promise<number> {
  const { monitors, lending, notes } = readPowerNap(readText(file), file)
  if (options.json === true) {
    io.out(`${JSON.stringify({ monitors, graceMs: lending.graceMs, notes }, null, 2)}\n`)
    return 0
  }
  for (const { name, absentMs } of monitors) io.out(`watched: ${name}, calm for ${absentMs / 1000} s\n`)
  const watched = new Set(monitors.map(({ kind }) => kind))
  const unseen = defaultKinds.map(({ kind }) => kind).filter((kind) => !watched.has(kind))
  if (unseen.length > 0) io.out(`not watched by this file, but without it: ${unseen.join(', ')}\n`)
  if (monitors.length === 0) io.out('nothing is watched, so the machine is never lent\n')
  io.out(`the user is warned ${lending.graceMs / 1000} s before\n`)
  for (const { line, key, note } of notes) io.out(`${file}:${line}: ${key}: ${note}\n`)
  return 0
}

interface Shown {
  readonly io: AgentIo
  readonly show: (status: AgentStatus) => string
}

async function ask(question: AgentQuestion, options: AgentOptions, shown: Shown): Promise<number> {
  const { socket } = loadAgentConfig(options.config ?? defaultConfigFile)
  const reply = await askAgent(socket, question).catch((error: Error) => error)
  if (reply instanceof Error) {
    shown.io.err(
      `gleaner agent: no agent answers at ${socket} (${reply.message})\nStart it: systemctl start gleaner-agent, or gleaner agent run.\n`,
    )
    return 3
  }
  if ('refused' in reply) {
    shown.io.err(`gleaner agent: refused: ${reply.refused}\n`)
    return 1
  }
  return show(reply.status, options, shown)
}

function show(status: AgentStatus, options: AgentOptions, { io, show: text }: Shown): number {
  io.out(options.json === true ? `${JSON.stringify(status, null, 2)}\n` : text(status))
  return 0
}

async function lookOnce(config: AgentConfig): Promise<AgentStatus> {
  const monitors = config.monitors.map((each) =>
    makeMonitor(each, { roots: machineRoots, guestGroups: () => [], wallMs: () => Date.now() }),
  )
  const policy = policyOf(config, monitors)
  let memory = newLendingMemory(machineClocks(machineRoots.proc))
  const judged = () => {
    const clocks = machineClocks(machineRoots.proc)
    return judgeDesktop(policy, memory, {
      clocks,
      readings: monitors.map((monitor) => askMonitor(monitor, clocks.monoMs)),
      guests: { running: 0, paused: 0 },
      wish: undefined,
      contractUntilMs: Number.POSITIVE_INFINITY,
    })
  }
  memory = judged().memory
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const answer = judged()
  for (const monitor of monitors) monitor.close()
  const totals = { lentMs: 0, interruptions: 0, slowestPauseMs: 0 }
  return { ...answer, name: config.name, phaseForMs: 0, guests: [], totals }
}

/** Terminals of users who let themselves be written to; like wall, without a process. */
function warnUsers(name: string, leftMs: number): void {
  const text = `\r\n${name} will be lent in ${Math.ceil(leftMs / 1000)} s; touch a key to keep it.\r\n`
  for (const terminal of ['/dev/tty1', '/dev/tty2']) {
    try {
      if ((statSync(terminal).mode & 0o020) !== 0) writeFileSync(terminal, text)
    } catch {
      // A warning that nobody can read is none; lending does not depend on it.
    }
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new GleanerError('file-unreadable', { file, detail: (error as Error).message }, { cause: error })
  }
}
