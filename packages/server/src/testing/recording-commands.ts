// Commands that do nothing but remember what they were asked, by whom.
import { type Hold, type Instance, type LeaseSeriesId, noLeaseLimits, type Rule } from '@gleaner/model'
import type { Caller, Commands } from '../application.ts'
import { ReservationBook } from '@gleaner/engine'
import { plainDecision, plainJournalEntry, plainLease, plainProposal } from './plain-objects.ts'

/** One call: name of the command, its object, who. */
export interface Commanded {
  readonly name: string
  readonly object: string
  readonly caller: Caller
}

interface Recording {
  readonly commanded: Commanded[]
  readonly nowMs: number
  readonly instances: readonly Instance[]
  readonly rules: readonly Rule[]
}

export function recordingCommands({ commanded, nowMs, instances, rules }: Recording): Commands {
  const note = (name: string, object: string, caller: Caller) => void commanded.push({ name, object, caller })
  const [rule] = rules
  const hold = (id: string, by: string): Hold => ({
    id: 'hld_1',
    instanceId: id as Instance['id'],
    hostId: undefined,
    kind: 'keep',
    untilMs: nowMs + 1000,
    by,
    reason: '',
    createdAtMs: nowMs,
  })
  const theRule = (): Rule => {
    if (rule === undefined) throw new Error('there is no rule')
    return rule
  }
  return {
    setMode: async (capability, mode, caller) => note('setMode', `${capability} ${mode}`, caller),
    pause: async (reason, caller) => {
      note('pause', reason, caller)
      return { by: caller.name, sinceMs: nowMs, reason }
    },
    unpause: async (caller) => note('unpause', '', caller),
    act: async (id, request, caller) => {
      note(request.action, id, caller)
      const instance = instances.find((each) => each.id === id)
      if (instance === undefined) throw new Error('there is no instance')
      return plainJournalEntry('act_1', instance, nowMs)
    },
    keep: async (id, request, caller) => {
      note('keep', `${id} ${request.durationMs}`, caller)
      return hold(id, caller.name)
    },
    keepByLink: async ({ instanceId }) => hold(instanceId, 'a keep link'),
    releaseHold: async (id, caller) => note('releaseHold', id, caller),
    approve: async (id, caller) => {
      note('approve', id, caller)
      const proposal = plainProposal({ id, instance: instances[0], nowMs })
      if (proposal === undefined) throw new Error('there is no instance')
      return proposal
    },
    veto: async (id, _request, caller) => note('veto', id, caller),
    clearProblem: async (id, caller) => {
      note('clearProblem', id, caller)
      return {
        id,
        key: id,
        code: 'cloud-unavailable',
        severity: 'error',
        subject: 'cloud lab',
        sentence: 'It does not answer.',
        remedy: 'Look.',
        firstSeenMs: nowMs,
        lastSeenMs: nowMs,
        count: 1,
        clearedAtMs: nowMs,
        clearedBy: caller.name,
        resolvedAtMs: undefined,
      }
    },
    createRule: async (definition, caller) => {
      note('createRule', definition.name, caller)
      return theRule()
    },
    updateRule: async (id, _change, caller) => {
      note('updateRule', id, caller)
      return theRule()
    },
    removeRule: async (id, caller) => note('removeRule', id, caller),
    previewRoom: () => ({
      answer: { feasible: true, placements: [], victims: [], cost: 0, reasons: {} },
      readAtMs: 0,
      waits: false,
    }),
    makeRoom: async (request, caller) => {
      note('makeRoom', request.requestId, caller)
      return { state: 'free', placements: [] }
    },
    room: async () => ({ state: 'free', placements: [] }),
    awaitRoom: async () => ({ state: 'free', placements: [] }),
    takeRoom: async (id, caller) => {
      note('takeRoom', id, caller)
      return { state: 'taken', decisionId: id, placements: [] }
    },
    roomTaken: async (id, _outcome, caller) => note('roomTaken', id, caller),
    giveUpRoom: async (id, _reason, caller) => note('giveUpRoom', id, caller),
    waitingOf: () => undefined,
    planLease: async () => ({
      book: new ReservationBook([]),
      slot: { found: true, span: { startMs: nowMs, endMs: nowMs + 1 }, shares: [[]] },
    }),
    leaseQuota: async () => ({
      limits: noLeaseLimits,
      period: { startMs: nowMs, endMs: nowMs + 1 },
      hours: 0,
      waiting: 0,
    }),
    makeLease: async (request, caller) => {
      note('makeLease', request.name, caller)
      return plainLease(nowMs)
    },
    planLeaseSeries: async () => [],
    makeLeaseSeries: async ({ request }, caller) => {
      note('makeLeaseSeries', request.name, caller)
      return { id: 'ser_1' as LeaseSeriesId, times: [] }
    },
    endLeaseSeries: async ({ id }, caller) => {
      note('endLeaseSeries', id, caller)
      return [plainLease(nowMs)]
    },
    confirmLease: async (id, caller) => {
      note('confirmLease', id, caller)
      return plainLease(nowMs)
    },
    renewLease: async (id, caller) => {
      note('renewLease', id, caller)
      return plainLease(nowMs)
    },
    changeLease: async (id, _change, caller) => {
      note('changeLease', id, caller)
      return plainLease(nowMs)
    },
    swapLeaseHost: async (id, _host, caller) => {
      note('swapLeaseHost', id, caller)
      return plainLease(nowMs)
    },
    endLease: async (id, caller) => {
      note('endLease', id, caller)
      return plainLease(nowMs)
    },
    enterLease: async ({ lease, flavor }, caller) => {
      note('enterLease', lease, caller)
      return { id: 'ent_1', lease, flavor }
    },
    enteredLease: async (id, _, caller) => note('enteredLease', id, caller),
    offerHost: async (hostId, { kind }, caller) => {
      note('offerHost', `${hostId} ${kind}`, caller)
      return { hostId, withdrawn: kind === 'withdraw', properties: {}, by: caller.name, atMs: nowMs }
    },
    setPropertyPrivate: async (property, _, caller) => note('setPropertyPrivate', property, caller),
    longestUntilMs: () => Number.POSITIVE_INFINITY,
    wishPower: async (id, wish, caller) => note('wishPower', `${id} ${wish?.state ?? 'automatic'}`, caller),
    optOutProject: async (projectId, wish, caller) => {
      note('optOutProject', `${projectId} ${wish?.untilMs ?? 'no end'} ${wish?.reason ?? 'ended'}`, caller)
      return { projectId, optOut: undefined, limits: {} }
    },
    limitProject: async (projectId, limits, caller) => {
      note('limitProject', `${projectId} ${JSON.stringify(limits)}`, caller)
      return { projectId, optOut: undefined, limits }
    },
    testEviction: async (id, caller) => {
      note('testEviction', id, caller)
      return plainDecision(id, nowMs)
    },
    setPreemptible: async (id, preemptible, caller) => note('setPreemptible', `${id} ${preemptible}`, caller),
    setOptOut: async (id, optOut, caller) => note('setOptOut', `${id} ${optOut}`, caller),
  }
}
