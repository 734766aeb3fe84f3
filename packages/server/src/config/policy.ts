// The section `policy` of the configuration: what holds for every action.
import { type Policy, defaultPolicy, parseDurationMs } from '@gleaner/model'
import type { DurationReader } from './duration-reader.ts'
import type { ConfigFile } from './schema.ts'

/** The policy that `given` asks for, defaults where it is silent. */
export function readPolicy(given: NonNullable<ConfigFile['policy']>, durationMs: DurationReader): Policy {
  const budgets = given.budgets ?? {}
  const base = defaultPolicy
  return {
    ...base,
    confirmations: given.confirmations ?? base.confirmations,
    snapshotMaxAgeMs: durationMs('policy.snapshotMaxAge', given.snapshotMaxAge, {
      otherwiseMs: base.snapshotMaxAgeMs,
      effect: 'Older readings of a cloud are not acted upon',
    }),
    telemetryMaxAgeMs: durationMs('policy.telemetryMaxAge', given.telemetryMaxAge, {
      otherwiseMs: base.telemetryMaxAgeMs,
      effect: 'Instances with older samples are not acted upon',
    }),
    personWinsMs: durationMs('policy.personWins', given.personWins, {
      otherwiseMs: base.personWinsMs,
      effect: 'How long a person’s action is not overruled',
    }),
    coolDownMs: durationMs('policy.coolDown', given.coolDown, {
      otherwiseMs: base.coolDownMs,
      effect: 'How long an instance is left alone after an action',
    }),
    actionTimeoutMs: durationMs('policy.actionTimeout', given.actionTimeout, {
      otherwiseMs: base.actionTimeoutMs,
      effect: 'When a watched action counts as timed out',
    }),
    budgets: {
      actionsPerMinute: budgets.actionsPerMinute ?? base.budgets.actionsPerMinute,
      hostShare: budgets.hostShare ?? base.budgets.hostShare,
      projectShare: budgets.projectShare ?? base.budgets.projectShare,
      cloudShare: budgets.cloudShare ?? base.budgets.cloudShare,
      shareWindowMs: durationMs('policy.budgets.shareWindow', budgets.shareWindow, {
        otherwiseMs: base.budgets.shareWindowMs,
        effect: 'Time over which the shares count',
      }),
    },
    protectedTags: given.protectedTags ?? base.protectedTags,
    projects: base.projects,
    maintenanceWindows: (given.maintenanceWindows ?? []).map((window) => ({
      cron: window.cron,
      durationMs: parseDurationMs(window.duration) ?? 0,
      timeZone: window.timeZone ?? 'UTC',
    })),
    headroomShare: given.headroomShare ?? base.headroomShare,
    peakWindowMs: durationMs('policy.peakWindow', given.peakWindow, {
      otherwiseMs: base.peakWindowMs,
      effect: 'Window over which the firm peak is measured',
    }),
  }
}
