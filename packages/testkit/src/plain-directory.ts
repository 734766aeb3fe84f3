// A directory of subjects for tests: a list, looked through from its beginning to its end for every question.
import type { SubjectClaim, SubjectDirectory, SubjectMatch } from '@gleaner/ports'

export interface PlainSubject {
  readonly of: 'host' | 'instance'
  readonly subject: string
  readonly id: string
  readonly name: string
  readonly host?: string
}

export function plainDirectory(subjects: readonly PlainSubject[]): SubjectDirectory {
  return {
    revision: JSON.stringify(subjects),
    match(claim: SubjectClaim): SubjectMatch {
      const found = subjects.filter(
        (each) =>
          each.of === claim.of &&
          (claim.id === undefined || each.id === claim.id) &&
          (claim.id !== undefined || nameIn(each, claim) === claim.name) &&
          (claim.host === undefined || each.host === undefined || each.host === claim.host),
      )
      if (found.length > 1) return { kind: 'several' }
      return found[0] === undefined ? { kind: 'none' } : { kind: 'one', subject: found[0].subject }
    },
  }
}

function nameIn({ name }: PlainSubject, { withoutHyphens }: SubjectClaim): string {
  return withoutHyphens === true ? name.replaceAll('-', '') : name
}
