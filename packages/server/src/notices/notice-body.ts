// The body in which a notice is posted. It follows from what is stored and the configuration alone: sent again, it is the same to the byte.
import { cloudOf, type InstanceId, type NoticeBody } from '@gleaner/model'
import type { StoredNotice } from '@gleaner/ports'
import type { KeepLinks } from '../links/keep-links.ts'

/** Undefined for notices of versions that did not deliver them. */
export function noticeBody(notice: StoredNotice, keepLinks?: KeepLinks): NoticeBody | undefined {
  const { id, instanceId, about, createdAtMs, dueAtMs, sentence } = notice
  if (about === undefined) return undefined
  return {
    version: 1,
    id,
    kind: about.kind,
    at: new Date(createdAtMs).toISOString(),
    due: dueAtMs === undefined ? null : new Date(dueAtMs).toISOString(),
    sentence,
    capability: about.capability,
    action: about.action,
    cause: about.cause,
    reason: about.reason,
    instance: { id: instanceId, name: about.instanceName, cloud: cloudOf(instanceId as InstanceId) },
    project: { id: about.projectId, name: about.projectName },
    proposal: notice.proposalId ?? null,
    decision: about.decisionId ?? null,
    lease: about.leaseId ?? null,
    keepLink: keepLinks?.linkOf(notice) ?? null,
  }
}
