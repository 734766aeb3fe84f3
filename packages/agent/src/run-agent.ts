// The agent of a desktop from its start to its end. It ends in order only with every guest standing still: an agent that is not there
// cannot see a user. For the one that was killed the service has `hold` as its last word.
import type { ClockReading, LendingPolicy } from '@gleaner/engine/opportunism'
import type { AgentConfig } from './config/agent-config.ts'
import { GuestList } from './guests/guest-list.ts'
import { type MachineRoots, machineRoots } from './monitors/monitor.ts'
import { ChangeBuffer } from './link/change-buffer.ts'
import { ControlLink } from './link/control-link.ts'
import { linkFile, readLink } from './link/link-file.ts'
import { GuestReports } from './heard/guest-reports.ts'
import { LockWatch } from './session/lock-watch.ts'
import { readRaplZones } from './read/rapl-zones.ts'
import { openAgentSocket } from './talk/agent-socket.ts'
import type { AgentQuestion, AgentReply, AgentStatus } from './talk/agent-status.ts'
import { DesktopWatch } from './watch/desktop-watch.ts'
import { KeptState } from './watch/kept-state.ts'
import { machineClocks } from './watch/machine-clocks.ts'
import { makeMonitor } from './watch/make-monitors.ts'

export interface AgentSurroundings {
  readonly roots?: MachineRoots
  readonly clocks?: () => ClockReading
  readonly say: (line: string) => void
  readonly warn?: (leftMs: number) => void
}

export interface RunningAgent {
  readonly watch: DesktopWatch
  /** Undefined for a desktop that has not joined. */
  readonly link: ControlLink | undefined
  /** Pauses every guest, then ends. */
  end(): Promise<void>
}

const fastestMs = 50
const slowestMs = 60_000

export function policyOf(
  config: AgentConfig,
  monitors: readonly { readonly rule: LendingPolicy['rules'][number] }[],
): LendingPolicy {
  return { ...config.lending, rules: monitors.map(({ rule }) => rule) }
}

export async function runAgent(config: AgentConfig, around: AgentSurroundings): Promise<RunningAgent> {
  const roots = around.roots ?? machineRoots
  const clocks = around.clocks ?? (() => machineClocks(roots.proc))
  const guests = new GuestList(config.guests, roots.sys)
  const monitors = config.monitors.map((each) =>
    makeMonitor(each, { roots, guestGroups: () => guests.groups(), wallMs: () => clocks().wallMs }),
  )
  const reports =
    config.reports.length === 0 ? undefined : new GuestReports({ patterns: config.reports, clocks, say: around.say })
  if (config.rapl) {
    const { fault } = readRaplZones(roots.sys)
    if (fault !== undefined) around.say(`what the processors use cannot be told: ${fault}`)
  }
  const file = linkFile(config.stateDirectory)
  const reading = readLink(file)
  if (reading.state === 'broken')
    around.say(`${file}: ${reading.detail}; nothing is lent until it joins anew: gleaner agent join`)
  const link =
    reading.state === 'joined'
      ? new ControlLink({
          file,
          link: reading.link,
          buffer: new ChangeBuffer({
            file: `${config.stateDirectory}/changes.json`,
            desktop: reading.link.desktop,
            after: reading.link.sequence,
          }),
          clocks,
          say: around.say,
          now: () => ({
            answer: watch.answer ?? watch.look(),
            phaseForMs: clocks().monoMs - watch.memory.phaseSinceMs,
            guests: watch.guests().map((guest) => guest.state()),
            slowestPauseMs: watch.totals.slowestPauseMs,
            reports: reports?.now(),
            power: config.rapl ? readRaplZones(roots.sys) : undefined,
          }),
        })
      : undefined
  const lock = config.lending.lockedAfterMs === undefined ? undefined : new LockWatch(roots.run)
  lock?.start()
  const watch: DesktopWatch = new DesktopWatch({
    policy: policyOf(config, monitors),
    monitors,
    guests,
    kept: new KeptState(config.stateDirectory),
    clocks,
    say: around.say,
    warn: around.warn ?? (() => {}),
    changed: (answer) => link?.changed(answer),
    ...(lock === undefined ? {} : { isLocked: () => lock.isLocked }),
    contractUntilMs: () =>
      link?.contractUntilMs ?? (reading.state === 'none' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY),
  })
  const socket = await openAgentSocket(config.socket, (question) =>
    answerQuestion({ config, watch, clocks, link, reports }, question),
  )
  const everyMs = Math.max(fastestMs, Math.min(slowestMs, ...monitors.map((monitor) => monitor.everyMs)))
  watch.look()
  link?.start()
  const timer = setInterval(() => watch.tick(), everyMs)
  return {
    watch,
    link,
    end: async () => {
      clearInterval(timer)
      await watch.hold()
      await link?.end()
      await new Promise((resolve) => socket.close(resolve))
      for (const monitor of monitors) monitor.close()
      guests.close()
      lock?.close()
      reports?.close()
    },
  }
}

interface Answering {
  readonly config: AgentConfig
  readonly watch: DesktopWatch
  readonly clocks: () => ClockReading
  readonly link: ControlLink | undefined
  readonly reports: GuestReports | undefined
}

function answerQuestion({ config, watch, clocks, link, reports }: Answering, question: AgentQuestion): AgentReply {
  const { monoMs, wallMs } = clocks()
  if (question.ask === 'auto') watch.setWish(undefined)
  if (question.ask === 'reclaim' || question.ask === 'lend') {
    const forMs = question.forMs ?? Number.POSITIVE_INFINITY
    const kind = question.ask === 'lend' ? 'lend' : 'not-now'
    watch.setWish({ kind, untilMonoMs: monoMs + forMs, untilWallMs: wallMs + forMs })
  }
  const standing = link?.standing()
  return {
    status: {
      ...statusOf(config.name, watch, monoMs),
      ...(standing === undefined ? {} : { link: standing }),
      ...(reports === undefined ? {} : { reports: reports.counts }),
    },
  }
}

function statusOf(name: string, watch: DesktopWatch, nowMs: number): AgentStatus {
  const answer = watch.answer ?? watch.look()
  const { wish } = watch
  const left = wish === undefined ? undefined : wish.untilMonoMs - nowMs
  return {
    name,
    phase: answer.phase,
    phaseForMs: Math.max(0, nowMs - watch.memory.phaseSinceMs),
    mayRun: answer.mayRun,
    verdict: answer.verdict,
    monitors: answer.monitors,
    guests: watch.guests().map((guest) => ({ name: guest.name, state: guest.state() })),
    ...(wish === undefined
      ? {}
      : { wish: { kind: wish.kind, leftMs: Number.isFinite(left) ? Math.max(0, left ?? 0) : null } }),
    backOffMs: answer.backOffMs,
    totals: watch.totals,
  }
}
