// Writes a notice, and in the same transaction what it waits for: the hooks and recipients of mail that want it as the configuration is now.
import type { DecidedNotice } from '@gleaner/engine'
import { type CloudId, cloudOf, type NoticeAbout } from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import type { Runtime } from '../runtime.ts'
import { noticeChannels } from './channels.ts'

export const guestNotifier = (cloud: string): string => `guests:${cloud}`
export const guestLoop = (cloud: string): string => `tell-guests:${cloud}`

/** Not everything that is told follows from a proposal, or is about an instance that could be told itself. */
export type NoticeToAdd = Omit<DecidedNotice, 'proposalId'> & {
  readonly proposalId: string | undefined
  readonly leaseId?: string
}

/** `id`: the same again is the same notice, and is told once. `atMs`: when it was decided; a grace period counts from there. */
export async function addNotice(
  runtime: Runtime,
  fence: Fence,
  { id, atMs, notice }: { readonly id: string; readonly atMs: number; readonly notice: NoticeToAdd },
): Promise<void> {
  const { instanceId, projectId, proposalId, sentence, dueAtMs, kind } = notice
  const cloudId = cloudOf(instanceId)
  const project = runtime.state.clouds.get(cloudId)?.snapshot?.projectById.get(projectId)
  const about: NoticeAbout = {
    kind,
    capability: notice.capability,
    action: notice.action,
    cause: notice.cause,
    reason: { code: notice.reason.code, sentence: notice.reason.sentence },
    instanceName: notice.instanceName,
    projectId,
    projectName: project?.name ?? projectId,
    decisionId: notice.decisionId,
    ...(notice.leaseId === undefined ? {} : { leaseId: notice.leaseId }),
  }
  const isForGuest = notice.leaseId === undefined && tellsGuests(runtime, cloudId)
  const channels = noticeChannels(runtime.config.notices).filter((channel) => channel.wants(about, cloudId))
  const isNew = await runtime.store.notices.add(
    fence,
    { id, instanceId, proposalId, sentence, createdAtMs: atMs, dueAtMs, sentBy: [], about },
    [...channels.map(({ notifier }) => notifier), ...(isForGuest ? [guestNotifier(cloudId)] : [])],
  )
  if (!isNew) return
  runtime.log.info({ instance: instanceId, kind }, sentence)
  runtime.wake(...channels.map(({ loop }) => loop), guestLoop(cloudId))
}

export function tellsGuests({ config, clouds }: Pick<Runtime, 'config' | 'clouds'>, cloud: CloudId): boolean {
  return config.notices.guests && clouds.get(cloud)?.guestNotices !== undefined
}
