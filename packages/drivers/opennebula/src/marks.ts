// Attributes of an instance's user template that Gleaner reads and writes. They are documented names: whoever may change
// the instance can set them (onevm update), unless the operator restricts them (VM_RESTRICTED_ATTR in oned.conf).
//
//   GLEANER_PROTECTED   any value but no or false keeps Gleaner off; the value is shown as who or why
//   GLEANER_PREEMPTIBLE yes or true: it fills free room and gives way when that is needed; the tag `preemptible` says the same
//   GLEANER_TAGS        a list, separated by commas; Sunstone's LABELS count as well
//   GLEANER_KEEP_UNTIL  a day or time until which it is kept as it is; the tag gleaner-keep-until=… says the same
//
// OpenNebula's own lock protects too.
import { type Firmness, keepMark, keepTag, preemptibleMark, readMark } from '@gleaner/model'
import type { VmRow } from './parse/vm-document.ts'

export const markNames = {
  protectedBy: 'GLEANER_PROTECTED',
  preemptible: 'GLEANER_PREEMPTIBLE',
  tags: 'GLEANER_TAGS',
  labels: 'LABELS',
} as const

export interface Marks {
  readonly protectedBy: string | undefined
  readonly firmness: Firmness
  readonly tags: readonly string[]
}

const mostTags = 100

export function readMarks({ user, lockedBy }: Pick<VmRow, 'user' | 'lockedBy'>): Marks {
  const kept = user[keepMark.attribute]?.trim() ?? ''
  const own = [...tagsIn(user[markNames.tags]), ...tagsIn(user[markNames.labels])]
  // First, so that no number of other tags can push it out.
  const tags = [...new Set([...(kept === '' ? [] : [keepTag(kept)]), ...own])]
  const isPreemptible = readMark(user[markNames.preemptible]) ?? tags.includes(preemptibleMark.tag)
  return {
    protectedBy: protection(user[markNames.protectedBy]) ?? lock(lockedBy),
    firmness: isPreemptible ? 'preemptible' : 'firm',
    tags: tags.slice(0, mostTags),
  }
}

export function tagsIn(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
}

function protection(value: string | undefined): string | undefined {
  const mark = readMark(value)
  if (value === undefined || value === '' || mark === false) return undefined
  return mark === true ? `its attribute ${markNames.protectedBy}` : value
}

function lock(owner: number | undefined): string | undefined {
  if (owner === undefined) return undefined
  return owner < 0 ? 'a lock of OpenNebula' : `a lock of OpenNebula’s user ${owner}`
}
