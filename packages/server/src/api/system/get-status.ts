// Everything at a glance. It answers while the store does not: what only the store knows is then what it last said, and
// `store` says that it is away.
import { type SavingsView, type StatusView, type endpoints, isError } from '@gleaner/model'
import { presenceOf, unheededDesktops } from '@gleaner/engine'
import type { Application } from '../../application.ts'
import { limitsOf } from '../../desktops/lending-book.ts'
import { fleetNow } from '../estimates/fleet-now.ts'
import type { Handler } from '../handler.ts'
import { only } from '../view/only.ts'
import { timeText } from '../view/time-text.ts'
import { asleepNow } from './asleep-now.ts'
import { cloudView } from './cloud-view.ts'
import { ledgerTotals } from './ledger-totals.ts'
import { loopView } from './loop-view.ts'
import { modeViews } from './mode-view.ts'
import { pauseView } from './pause-view.ts'
import { proposalCounts } from './proposal-counts.ts'
import { savingsView } from './savings-view.ts'
import { sourceView } from './source-view.ts'

interface Stored {
  readonly problems: StatusView['problems']
  readonly savings: SavingsView | undefined
  readonly desktops: StatusView['desktops']
}

const lastStored = new WeakMap<Application, Stored>()

export const getStatus: Handler<typeof endpoints.getStatus> = async ({ app, world }) => {
  const { state, clock } = app
  const stored = await readStored(app, () => savingsView(app, world()))
  const leader = state.leader
  return {
    name: 'gleaner',
    version: app.version,
    now: timeText(clock.nowMs()),
    speed: clock.speed,
    startedAt: timeText(app.startedAtMs),
    ready: state.ready,
    ...only('starting', state.ready ? undefined : (state.starting ?? 'starting')),
    replica: app.replica,
    leader: {
      isLeader: state.fence !== undefined,
      ...only('holder', leader?.holder),
      ...only('term', leader?.term),
      ...only('since', leader === undefined ? undefined : timeText(leader.sinceMs)),
    },
    ...only('paused', state.killSwitch === undefined ? undefined : pauseView(state.killSwitch)),
    modes: modeViews(app),
    clouds: [...app.clouds.values()].map((cloud) => cloudView(cloud, app)),
    sources: [...app.sources.values()].map((source) => sourceView(source, app)),
    ...only('ledger', state.plan === undefined ? undefined : ledgerTotals(state.plan)),
    ...only('asleep', asleepNow(app)),
    ...only('estimates', fleetNow(app)),
    ...only('savings', stored.savings),
    proposals: proposalCounts(state.proposals),
    problems: stored.problems,
    ...only('desktops', stored.desktops),
    rules: {
      total: state.rules.length,
      enabled: state.rules.filter((rule) => rule.enabled).length,
      undetermined: state.rules.filter((rule) => (state.ruleCounts.get(rule.id)?.unknown ?? 0) > 0).length,
    },
    loops: app.loops().map(loopView),
    store: {
      reachable: state.storeReachable,
      kind: app.storeInfo.kind,
      detail: state.storeFault ?? app.storeInfo.detail,
    },
  }
}

async function desktopsNow({ store, clock, config, state }: Application): Promise<StatusView['desktops']> {
  const limits = limitsOf(config.opportunism, clock)
  const lending = (await store.desktops.list()).filter(({ lends }) => lends)
  const hosts = [...state.clouds.values()].flatMap(({ snapshot }) => snapshot?.hosts ?? [])
  const unheeded = unheededDesktops(lending, hosts)
  const all = lending.map((each) => presenceOf(each, clock.nowMs(), limits))
  if (all.length === 0) return undefined
  const of = (...standings: readonly (string | undefined)[]) =>
    all.filter(({ standing }) => standings.includes(standing)).length
  return {
    total: all.length,
    lendable: all.filter(({ lendable }, nth) => lendable && !unheeded.has(lending[nth]?.id ?? '')).length,
    lent: of('lent'),
    lost: of('lost', 'gone'),
  }
}

async function readStored(app: Application, savings: () => Promise<SavingsView>): Promise<Stored> {
  try {
    const problems = await app.store.problems.list({ includeClosed: false })
    const stored: Stored = {
      problems: { open: problems.length, errors: problems.filter(({ severity }) => severity === 'error').length },
      savings: await savings(),
      desktops: await desktopsNow(app),
    }
    lastStored.set(app, stored)
    return stored
  } catch (error) {
    if (!isError(error, 'store-unavailable', 'store-full', 'store-refused')) throw error
    return lastStored.get(app) ?? { problems: { open: 0, errors: 0 }, savings: undefined, desktops: undefined }
  }
}
