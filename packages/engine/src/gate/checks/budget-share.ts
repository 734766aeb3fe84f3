// Only a share of the instances of one host, and of one project, and of the hosts of one cloud is acted upon within the share
// window; one always may be. The whole is what runs or is paused there now plus what was acted upon within the window: instances that were put
// to sleep long ago do not make room for putting the rest to sleep at once.
import type { Instance, InstanceId, ReasonCode, Verdict } from '@gleaner/model'
import { formatDurationMs, isOnInstance } from '@gleaner/model'
import { holdingTable } from '../../ledger/holding.ts'
import type { Check } from './check.ts'

const holding = holdingTable(undefined)

interface ShareBudget {
  readonly code: ReasonCode
  readonly where: string
  readonly share: number
  readonly windowMs: number
  readonly there: readonly Instance[]
  readonly acted: ReadonlySet<InstanceId>
}

export const budgetHost: Check = ({ proposal, world, snapshot, instance }) => {
  // The host it is on now counts, not the one it was on when it was proposed.
  const hostId = instance === undefined ? proposal.hostId : instance.hostId
  if (hostId === undefined || snapshot === undefined || !isOnInstance(proposal)) return undefined
  return shareVerdict(proposal.instanceId, {
    code: 'budget-host',
    where: `host ${snapshot.hostById.get(hostId)?.name ?? hostId}`,
    share: world.policy.budgets.hostShare,
    windowMs: world.policy.budgets.shareWindowMs,
    there: snapshot.instancesOfHost.get(hostId) ?? [],
    acted: world.book.ofHost(hostId),
  })
}

export const budgetProject: Check = ({ proposal, world, snapshot }) => {
  if (snapshot === undefined || !isOnInstance(proposal)) return undefined
  return shareVerdict(proposal.instanceId, {
    code: 'budget-project',
    where: `project ${snapshot.projectById.get(proposal.projectId)?.name ?? proposal.projectId}`,
    share: world.policy.budgets.projectShare,
    windowMs: world.policy.budgets.shareWindowMs,
    there: snapshot.instancesOfProject.get(proposal.projectId) ?? [],
    acted: world.book.ofProject(proposal.projectId),
  })
}

/** Desktops are no part of it: they are not Gleaner's to close or to sell. */
export const budgetCloud: Check = ({ proposal, world, snapshot }) => {
  const { hostId } = proposal
  if (snapshot === undefined || hostId === undefined || isOnInstance(proposal)) return undefined
  const { cloudShare, shareWindowMs } = world.policy.budgets
  const acted = world.book.ofCloud(snapshot.cloudId)
  if (acted.size === 0) return undefined
  const hosts = snapshot.hosts.filter(({ kind }) => kind === 'hypervisor').length
  const allowed = Math.max(1, Math.floor(cloudShare * hosts))
  if ((acted.has(hostId) ? acted.size : acted.size + 1) <= allowed) return undefined
  return {
    code: 'budget-cloud',
    sentence: `${acted.size} of ${hosts} hosts of ${snapshot.cloudId} were acted upon within ${formatDurationMs(shareWindowMs)}; the budget allows ${allowed}.`,
    facts: { acted: acted.size, hosts, allowed, share: cloudShare, windowMs: shareWindowMs },
  }
}

function shareVerdict(id: InstanceId, budget: ShareBudget): Verdict | undefined {
  const { acted } = budget
  // The first always may, and nothing needs to be counted for it.
  if (acted.size === 0) return undefined
  const active = activeOf(budget.there)
  let whole = active.size
  for (const each of acted) if (!active.has(each)) whole++
  const allowed = Math.max(1, Math.floor(budget.share * whole))
  const after = acted.has(id) ? acted.size : acted.size + 1
  if (after <= allowed) return undefined
  return {
    code: budget.code,
    sentence: `${acted.size} of ${whole} instances of ${budget.where} were acted upon within ${formatDurationMs(budget.windowMs)}; the budget allows ${allowed}.`,
    facts: { acted: acted.size, instances: whole, allowed, share: budget.share, windowMs: budget.windowMs },
  }
}

/** Remembered per group of a snapshot, which never changes: a cycle asks for the same project a thousand times. */
const activeByGroup = new WeakMap<readonly Instance[], ReadonlySet<InstanceId>>()

function activeOf(group: readonly Instance[]): ReadonlySet<InstanceId> {
  const known = activeByGroup.get(group)
  if (known !== undefined) return known
  const active = new Set<InstanceId>()
  for (const instance of group) if (holding(instance.state).memory) active.add(instance.id)
  activeByGroup.set(group, active)
  return active
}
