// A step that passes the gate, and what stands against it, spoiled in one place at a time.
import { type Instance, instanceId, type ProjectOptOut, type ProjectTerms, type Proposal } from '@gleaner/model'
import {
  aHost,
  aJournalEntry,
  anInstance,
  aProject,
  aProposal,
  aRule,
  aSnapshot,
  testCloud,
  testStartMs,
} from '@gleaner/testkit'
import { type GateFacts, openGateWorld } from '../gate/gate-world.ts'
import { passGate } from '../gate/gate.ts'
import { enforcing, factsOf, modesAll } from './a-world.ts'
import { fakeUsage } from './fake-usage.ts'

const nowMs = testStartMs
const rules = [aRule()]

/** Confirmed, announced, grace over: it passes. */
export const ready = aProposal({
  state: 'due',
  confirmations: 2,
  confirmedVersion: 7,
  confirmedAtMs: nowMs - 10_000,
  noticeAtMs: nowMs - 700_000,
  dueAtMs: nowMs - 100_000,
})

export interface Spoiled {
  readonly facts?: Partial<GateFacts>
  readonly instance?: Partial<Instance>
  readonly proposal?: Partial<Proposal>
  readonly reading?: Partial<Parameters<typeof aSnapshot>[0]>
}

export function gateOf({ facts, instance, proposal, reading }: Spoiled = {}) {
  const others = Array.from({ length: 9 }, (_, nth) => anInstance({ name: `other-${nth}` }))
  const taken = aSnapshot({
    version: 7,
    takenAtMs: nowMs - 20_000,
    instances: [anInstance(instance), ...others],
    ...reading,
  })
  const world = openGateWorld(factsOf({ reading: taken, rules, nowMs }, facts))
  return { world, step: { ...ready, ...proposal } }
}

export function answer(spoiled: Spoiled = {}) {
  const { world, step } = gateOf(spoiled)
  return passGate(world, step)
}

export const journalAt = (name: string, overrides: Parameters<typeof aJournalEntry>[0] = {}) =>
  aJournalEntry({
    id: `action_${name}`,
    instanceId: instanceId(testCloud, name),
    state: 'done',
    intendedAtMs: nowMs - 50_000,
    acceptedAtMs: nowMs - 49_000,
    finishedAtMs: nowMs - 48_000,
    ...overrides,
  })

export const off = { ...enforcing, modes: modesAll('off') }
export const observing = { ...enforcing, modes: modesAll('observe') }
export const advising = { ...enforcing, modes: modesAll('advise') }
export const paused = { ...enforcing, killSwitch: { by: 'root', sinceMs: nowMs - 1, reason: 'audit' } }
export const tight = (budgets: Partial<typeof enforcing.budgets>) => ({
  ...enforcing,
  budgets: { ...enforcing.budgets, ...budgets },
})
export const window = (cron: string) => ({
  ...enforcing,
  maintenanceWindows: [{ cron, durationMs: 3_600_000, timeZone: 'UTC' }],
})
export const staleUsage = (lastAtMs: number) => fakeUsage(new Map([[ready.instanceId as string, { lastAtMs, cpu: 0 }]]))
export const otherHost = aHost({ name: 'hv-2' })
export const inProject = (terms: Partial<ProjectTerms>): Spoiled => {
  const { id: projectId } = aProject()
  return {
    facts: {
      policy: {
        ...enforcing,
        projects: new Map([[projectId, { projectId, optOut: undefined, limits: {}, ...terms }]]),
      },
    },
  }
}
export const optOut = (untilMs: number | undefined): ProjectOptOut => ({
  sinceMs: nowMs - 1,
  untilMs,
  reason: 'exams',
  by: 'ada',
  role: 'member',
})
export const fiveOthers = [0, 1, 2, 3, 4].map((nth) => journalAt(`other-${nth}`))
