// Name of the endpoint → who answers it. An endpoint of the table without a handler does not compile.
import type { EndpointName, endpoints } from '@gleaner/model'
import { getEnergyHours } from './energy/get-energy-hours.ts'
import { getEnergy } from './energy/get-energy.ts'
import { getPower } from './energy/get-power.ts'
import { listMeters } from './energy/list-meters.ts'
import { getFleetEstimates } from './estimates/get-fleet-estimates.ts'
import { listEstimates } from './estimates/list-estimates.ts'
import type { Handler, PublicHandler } from './handler.ts'
import { getHistoryEntry } from './history/get-history-entry.ts'
import { listHistory } from './history/list-history.ts'
import { clearProblem, listProblems } from './history/problems.ts'
import { getHostEstimates } from './hosts/get-host-estimates.ts'
import { getHostTelemetry } from './hosts/get-host-telemetry.ts'
import { getHost } from './hosts/get-host.ts'
import { listHosts } from './hosts/list-hosts.ts'
import { whyHost } from './hosts/why-host.ts'
import { actOnInstance } from './instances/act-on-instance.ts'
import { getInstanceTelemetry } from './instances/get-instance-telemetry.ts'
import { getInstance } from './instances/get-instance.ts'
import { getSparklines } from './instances/get-sparklines.ts'
import { keepInstance } from './instances/keep-instance.ts'
import { listInstances } from './instances/list-instances.ts'
import { releaseHold } from './instances/release-hold.ts'
import { whyInstance } from './instances/why-instance.ts'
import { getLeaseCalendar } from './leases/get-lease-calendar.ts'
import { getLeaseQuota } from './leases/get-lease-quota.ts'
import { createLeaseSeries, endLeaseSeries, planLeaseSeries } from './leases/lease-series.ts'
import {
  confirmLease,
  createLease,
  endLease,
  getLease,
  listLeases,
  planLease,
  renewLease,
  swapLeaseHost,
  updateLease,
} from './leases/leases.ts'
import { listChannels, listDeliveries, testChannel } from './notifications/notifications.ts'
import { getRoom, place, takeRoom } from './placements/place.ts'
import { approveProposals } from './plan/approve-proposals.ts'
import { diffPlan } from './plan/diff-plan.ts'
import { getPlan } from './plan/get-plan.ts'
import { listPlans } from './plan/list-plans.ts'
import { listProposals } from './plan/list-proposals.ts'
import { vetoProposals } from './plan/veto-proposals.ts'
import { approveDecision, cancelDecision, getDecision, listDecisions } from './preemption/decisions.ts'
import { getSwitchedHosts, wishPower } from './power/power.ts'
import { createJoinToken, getDesktop, listDesktops, revokeDesktop } from './desktops/desktops.ts'
import { getSleepHours } from './power/get-sleep-hours.ts'
import { getRanking } from './power/get-ranking.ts'
import { getPreemption } from './preemption/get-preemption.ts'
import { setFirmness, setOptOut, testEviction } from './preemption/instance-preemption.ts'
import { getEviction, listEvictions } from './preemption/evictions.ts'
import { limitProject, listProjects, optInProject, optOutProject } from './projects/projects.ts'
import { createRule, removeRule, updateRule } from './rules/change-rules.ts'
import { getRuleLanguage } from './rules/get-rule-language.ts'
import { getRule } from './rules/get-rule.ts'
import { listReadyMadeRules } from './rules/list-ready-made-rules.ts'
import { listRuleRevisions } from './rules/list-rule-revisions.ts'
import { listRules } from './rules/list-rules.ts'
import { previewRule } from './rules/preview-rule.ts'
import { getLedgerHistory } from './system/get-ledger-history.ts'
import { getReport } from './system/get-report.ts'
import { getSavings } from './system/get-savings.ts'
import { getSettings } from './system/get-settings.ts'
import { getStatus } from './system/get-status.ts'
import { listAudit } from './system/list-audit.ts'
import { pause, unpause } from './system/pause.ts'
import { becomeFirstAdministrator } from './system/become-first-administrator.ts'
import { logIn, logOut } from './system/session.ts'
import { setMode } from './system/set-mode.ts'
import { createToken, listTokens, removeToken } from './system/tokens.ts'
import { changeUser, listUsers, removeUser } from './system/users.ts'
import { whoAmI } from './system/who-am-i.ts'

/** Endpoints that answer callers who are nobody. The table must agree, which is checked when the routes are made. */
export type PublicName = 'whoAmI' | 'logIn' | 'logOut' | 'becomeFirstAdministrator'

export type Handlers = {
  readonly [N in EndpointName]: N extends PublicName
    ? PublicHandler<(typeof endpoints)[N]>
    : Handler<(typeof endpoints)[N]>
}

export const publicNames: readonly PublicName[] = ['whoAmI', 'logIn', 'logOut', 'becomeFirstAdministrator']

export const handlers: Handlers = {
  getStatus,
  getSavings,
  getReport,
  getLedgerHistory,
  setMode,
  pause,
  unpause,
  getSettings,
  whoAmI,
  logIn,
  logOut,
  listTokens,
  createToken,
  removeToken,
  listAudit,
  listHosts,
  getHost,
  whyHost,
  getHostTelemetry,
  getHostEstimates,
  listEstimates,
  getFleetEstimates,
  getEnergy,
  getEnergyHours,
  getPower,
  listMeters,
  listInstances,
  getInstance,
  whyInstance,
  getInstanceTelemetry,
  getSparklines,
  actOnInstance,
  keepInstance,
  releaseHold,
  getPlan,
  listPlans,
  diffPlan,
  listProposals,
  approveProposals,
  vetoProposals,
  getPreemption,
  listDecisions,
  getDecision,
  approveDecision,
  cancelDecision,
  listEvictions,
  getEviction,
  testEviction,
  setFirmness,
  setOptOut,
  place,
  getRoom,
  takeRoom,
  listLeases,
  getLease,
  planLease,
  createLease,
  planLeaseSeries,
  createLeaseSeries,
  endLeaseSeries,
  confirmLease,
  renewLease,
  updateLease,
  swapLeaseHost,
  endLease,
  getLeaseQuota,
  getLeaseCalendar,
  getSwitchedHosts,
  getRanking,
  getSleepHours,
  wishPower,
  listDesktops,
  getDesktop,
  createJoinToken,
  revokeDesktop,
  listRules,
  getRule,
  createRule,
  updateRule,
  removeRule,
  listRuleRevisions,
  previewRule,
  listReadyMadeRules,
  getRuleLanguage,
  listHistory,
  getHistoryEntry,
  listProblems,
  clearProblem,
  listChannels,
  listDeliveries,
  testChannel,
  listProjects,
  optOutProject,
  optInProject,
  limitProject,
  listUsers,
  changeUser,
  removeUser,
  becomeFirstAdministrator,
}
