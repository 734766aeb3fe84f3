// Sends the reports: one to each channel that takes them, for the last instant of the schedule for which none was made yet. What was made last
// stands in the store, and a report is queued once whoever makes it: after a restart, by another replica, or hours late, every instant
// is told once, and of several that were missed the last one, about all of the time since.
import type { Fence } from '@gleaner/ports'
import type { ReportSettings } from '../config/report.ts'
import { noticeChannels, type NoticeChannel } from '../notices/channels.ts'
import { makeReport } from '../report/make-report.ts'
import type { Runtime } from '../runtime.ts'
import { Loop } from './loop.ts'

const reportSetting = 'report.told'
/** After a longer time without a report the begin of it is told no more. */
const longestMs = 31 * 86_400_000

export function reportLoop(runtime: Runtime, settings: ReportSettings): Loop {
  const { clock, state } = runtime
  const channels = noticeChannels(runtime.config.notices).filter(({ kinds }) => kinds?.includes('report') ?? true)
  let toldMs: number | undefined
  return new Loop({
    name: 'report',
    periodMs: 60_000,
    clock,
    onError: (error) => void runtime.problems.reportError('making reports', error),
    run: async () => {
      const { fence } = state
      if (fence === undefined) {
        toldMs = undefined
        return 'follows'
      }
      if (!state.ready) return 'waits for the first readings'
      const toMs = settings.instants.lastMs(clock.nowMs())
      if (toMs === undefined) return 'nothing to tell yet'
      const beforeMs = toldMs ?? (await told(runtime))
      // Switched on just now: there is no begin yet to tell from.
      if (beforeMs === undefined) await remember(runtime, toMs)
      toldMs = beforeMs ?? toMs
      if (toMs > toldMs) {
        const fromMs = Math.max(toldMs, toMs - longestMs)
        for (const channel of channels) await queue(runtime, { fence, channel, settings, fromMs, toMs })
        await remember(runtime, toMs)
        toldMs = toMs
        runtime.wake(...channels.map(({ loop }) => loop))
      }
      await runtime.problems.settle('making reports')
      const next = settings.instants.nextMs(clock.nowMs())
      return next === undefined ? 'none is to come' : `the next at ${new Date(next).toISOString()}`
    },
  })
}

async function told({ store }: Runtime): Promise<number | undefined> {
  const stored = (await store.settings.all()).get(reportSetting)
  return typeof stored === 'number' ? stored : undefined
}

function remember({ store, clock }: Runtime, toMs: number): Promise<void> {
  return store.settings.set(reportSetting, toMs, { by: 'report', nowMs: clock.nowMs() })
}

interface Queued {
  readonly fence: Fence
  readonly channel: NoticeChannel
  readonly settings: ReportSettings
  readonly fromMs: number
  readonly toMs: number
}

async function queue(runtime: Runtime, { fence, channel, settings, fromMs, toMs }: Queued): Promise<void> {
  const id = `rpt_${channel.notifier.replace(':', '_')}_${toMs}`
  const { timeZone, publicUrl } = settings
  const report = await makeReport(runtime, {
    id,
    fromMs,
    toMs,
    timeZone,
    publicUrl,
    projects: channel.projects,
    concerns: ({ capability, projectId, projectName, cloudId }) =>
      channel.wants({ kind: 'report', capability, projectId: projectId ?? '', projectName }, cloudId),
  })
  await runtime.store.notices.add(
    fence,
    {
      id,
      instanceId: '',
      proposalId: undefined,
      sentence: report.subject,
      createdAtMs: runtime.clock.nowMs(),
      dueAtMs: undefined,
      sentBy: [],
      about: undefined,
      report,
    },
    [channel.notifier],
  )
}
