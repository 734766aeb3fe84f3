// Live events of the server: which answers each kind makes old, and how often they are read again at most. A burst of
// events costs one reading per answer and pause; a hidden page reads nothing until it is looked at.
import { ApiError } from '@gleaner/client'
import type { EndpointName, JournalView, LiveEvent, LiveEventKind } from '@gleaner/model'
import type { QueryClient } from '@tanstack/react-query'
import { client } from './client.ts'
import { addToLog } from './log.ts'

const makesOld: Readonly<Record<LiveEventKind, readonly EndpointName[]>> = {
  hello: [
    'getStatus',
    'getPlan',
    'listInstances',
    'listHosts',
    'listHistory',
    'listProblems',
    'listRules',
    'getPreemption',
    'listDecisions',
    'listEvictions',
    'listLeases',
    'getLeaseCalendar',
  ],
  status: ['getStatus'],
  inventory: [
    'getStatus',
    'listInstances',
    'getInstance',
    'whyInstance',
    'whyHost',
    'listHosts',
    'getHost',
    'getInstanceTelemetry',
    'getHostTelemetry',
    'getLedgerHistory',
    'getPreemption',
  ],
  plan: [
    'getStatus',
    'getPlan',
    'diffPlan',
    'listPlans',
    'listProposals',
    'listInstances',
    'whyInstance',
    'whyHost',
    'listRules',
    'listEstimates',
    'getFleetEstimates',
    'getHostEstimates',
  ],
  energy: ['getEnergy', 'getEnergyHours', 'getPower', 'listMeters', 'getSwitchedHosts', 'getSleepHours'],
  // Each reading of a meter: the page is not drawn anew for that.
  power: [],
  desktop: ['listDesktops', 'getDesktop'],
  lease: ['listLeases', 'getLease', 'getLeaseCalendar', 'getLeaseQuota', 'planLease'],
  eviction: [
    'getStatus',
    'listInstances',
    'whyInstance',
    'getPreemption',
    'listDecisions',
    'getDecision',
    'listEvictions',
  ],
  journal: ['getStatus', 'listHistory', 'whyInstance', 'whyHost', 'listInstances', 'listProposals', 'getPlan'],
  problem: ['getStatus', 'listProblems'],
  rules: ['listRules', 'getRule', 'listRuleRevisions', 'getStatus'],
  settings: ['getSettings', 'getStatus', 'listTokens', 'listProjects'],
}

/** The shortest time between two readings, in ms; one second where nothing is said. */
const pauseMs: Partial<Record<EndpointName, number>> = {
  listInstances: 3000,
  listHosts: 3000,
  whyInstance: 2000,
  whyHost: 2000,
  getPreemption: 3000,
  getInstanceTelemetry: 15_000,
  getHostTelemetry: 15_000,
  getLedgerHistory: 30_000,
  listEstimates: 30_000,
  getFleetEstimates: 60_000,
  getHostEstimates: 30_000,
}

type LiveState = 'connecting' | 'connected' | 'waiting'

let state: LiveState = 'connecting'
const listeners = new Set<() => void>()

export const liveState = {
  get: () => state,
  listen: (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}

function setState(next: LiveState): void {
  state = next
  for (const listener of listeners) listener()
}

/** Listens until the returned function is called. */
export function startLive(queries: QueryClient): () => void {
  const stop = new AbortController()
  const lastMs = new Map<EndpointName, number>()
  const waiting = new Map<EndpointName, ReturnType<typeof setTimeout>>()
  const missed = new Set<EndpointName>()

  const readAgain = (name: EndpointName) => {
    waiting.delete(name)
    if (document.hidden) {
      missed.add(name)
      return
    }
    lastMs.set(name, performance.now())
    void queries.invalidateQueries({ queryKey: [name] }, { cancelRefetch: false })
  }
  const mark = (name: EndpointName) => {
    if (waiting.has(name)) return
    const since = performance.now() - (lastMs.get(name) ?? Number.NEGATIVE_INFINITY)
    waiting.set(
      name,
      setTimeout(() => readAgain(name), Math.max(50, (pauseMs[name] ?? 1000) - since)),
    )
  }
  const onEvent = (event: LiveEvent) => {
    if (event.kind === 'journal' && event.item !== undefined) addToLog(event.item as JournalView)
    for (const name of makesOld[event.kind]) mark(name)
  }
  const onVisible = () => {
    if (document.hidden) return
    for (const name of missed) mark(name)
    missed.clear()
  }
  document.addEventListener('visibilitychange', onVisible)
  client
    .subscribe(onEvent, {
      signal: stop.signal,
      onState: ({ connected }) => setState(connected ? 'connected' : 'waiting'),
    })
    .catch((error: unknown) => {
      setState('waiting')
      // The session ended: asking who we are shows the login page.
      if (error instanceof ApiError) void queries.invalidateQueries({ queryKey: ['whoAmI'] })
    })
  return () => {
    stop.abort()
    document.removeEventListener('visibilitychange', onVisible)
    for (const timer of waiting.values()) clearTimeout(timer)
  }
}
