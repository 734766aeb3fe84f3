// A person's explicit wish about an instance: resume on request of its owner, or any action an operator commands. It is a
// candidate with the claim `command`; the gate has shorter lists for it. Who may command what is the API's business.
import { type ActionKind, type Candidate, type Instance, isReclaiming, noYield } from '@gleaner/model'
import type { ActionSupports } from '../ledger/action-support.ts'
import { holdingTable } from '../ledger/holding.ts'
import type { UsageAccess } from '../ledger/usage-access.ts'
import { yieldOf } from './yield-of.ts'

export interface Command {
  readonly instance: Instance
  readonly action: ActionKind
  readonly by: string
  readonly reason: string | undefined
  /** How long the owner is given; 0 if absent: the person who commands is there to answer for it. */
  readonly graceMs?: number
}

export interface CommandWorld {
  readonly supports: ActionSupports
  readonly usage: UsageAccess
  readonly nowMs: number
}

export function commandCandidate(command: Command, world: CommandWorld): Candidate {
  const { instance, action, by } = command
  const support = world.supports.get(instance.cloudId)
  const why = command.reason === undefined || command.reason === '' ? '' : `: ${command.reason}`
  return {
    capability: 'idleness',
    claim: 'command',
    action,
    setting: undefined,
    instanceId: instance.id,
    projectId: instance.projectId,
    hostId: instance.hostId,
    cause: by,
    ruleId: undefined,
    ruleRevision: undefined,
    mode: 'enforce',
    priority: 0,
    graceMs: command.graceMs ?? 0,
    reason: {
      code: 'commanded',
      sentence: `${by} asked for ${action} of ${instance.name}${why}.`,
      facts: { by, action, reason: command.reason ?? null },
    },
    gives: isReclaiming(action)
      ? yieldOf(instance, {
          action,
          givesBack: support?.get(action),
          holding: holdingTable(support),
          usage: world.usage,
          nowMs: world.nowMs,
        })
      : noYield,
  }
}
