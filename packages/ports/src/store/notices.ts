// Notices, and how far their delivery is. Part of the Store port; its contract holds.
import type { NoticeAbout, ReportBody } from '@gleaner/model'
import type { Fence } from './leadership.ts'
import type { Page } from './page.ts'

export interface StoredNotice {
  readonly id: string
  readonly instanceId: string
  readonly proposalId: string | undefined
  readonly sentence: string
  readonly createdAtMs: number
  readonly dueAtMs: number | undefined
  /** Names of the notifiers that have delivered it. */
  readonly sentBy: readonly string[]
  /** Undefined for notices of versions that did not deliver them. */
  readonly about: NoticeAbout | undefined
  /** A report in place of a notice; its `instanceId` is empty. */
  readonly report?: ReportBody
}

/** That a notice was not taken, when, and what the channel answered. */
export interface NoticeFault {
  readonly id: string
  readonly atMs: number
  readonly fault: string
}

export interface NoticePassage {
  readonly notice: StoredNotice
  /** refused: by the channel, for good; given-up: it waited too long, or too many did. */
  readonly outcome: 'delivered' | 'waiting' | 'refused' | 'given-up'
  /** In vain; of what was delivered it is not kept. */
  readonly attempts: number | undefined
  /** What the channel answered last. */
  readonly fault: string | undefined
  readonly faultAtMs: number | undefined
  /** Of one that waits: when it is tried again at the earliest. */
  readonly nextAtMs: number | undefined
}

/** Notices that wait to be delivered. What is taken out by a leader that was replaced meanwhile stays in, and is sent twice. */
export interface NoticeOutbox {
  /** Whose time has come, oldest first. */
  due(
    notifier: string,
    at: { readonly nowMs: number; readonly limit: number },
  ): Promise<readonly { readonly notice: StoredNotice; readonly attempts: number }[]>
  /** `fault`: some of those it was meant for refused it. */
  sent(
    fence: Fence,
    notifier: string,
    taken: { readonly id: string; readonly fault?: string | undefined },
  ): Promise<void>
  later(fence: Fence, notifier: string, next: NoticeFault & { readonly nextAtMs: number }): Promise<void>
  /** The channel refused it for good. */
  giveUp(fence: Fence, notifier: string, refused: NoticeFault): Promise<void>
  /** Takes out what is older, and the oldest of more than `most`; answers how many. */
  trim(
    fence: Fence,
    notifier: string,
    bounds: { readonly most: number; readonly beforeMs: number; readonly nowMs: number },
  ): Promise<number>
  /** What waits for a notifier that is configured no more will never be sent. */
  keepOnly(fence: Fence, notifiers: readonly string[]): Promise<void>
  /** What was put in for a notifier, newest first; only of these projects (ids) where some are given. */
  recent(
    notifier: string,
    which: { readonly limit: number; readonly offset: number; readonly projectIds?: readonly string[] | undefined },
  ): Promise<Page<NoticePassage>>
  waiting(notifier: string): Promise<{ readonly count: number; readonly oldestAtMs: number | undefined }>
}

export interface NoticeStore {
  /** In the same transaction it waits for each of these notifiers; one that was added before is left as it is. Whether it is new. */
  add(fence: Fence, notice: StoredNotice, queueFor?: readonly string[]): Promise<boolean>
  forInstance(instanceId: string, limit: number): Promise<readonly StoredNotice[]>
}
