// What journal entries say about people and about Gleaner: one place for the questions that several decisions ask.
import { type JournalEntry, openJournalStates } from '@gleaner/model'

export function isOpenEntry(entry: JournalEntry): boolean {
  return openJournalStates.includes(entry.state)
}

/** Whether the action was a person's explicit wish and not a rule's. */
export function isCommanded(entry: JournalEntry): boolean {
  return entry.reason.code === 'commanded'
}
