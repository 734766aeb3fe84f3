// A problem as the API and the live events show it. Open: neither cleared by a person nor gone by itself.
import type { Problem, ProblemView } from '@gleaner/model'
import { only } from './only.ts'
import { timeText } from './time-text.ts'

export function problemView(problem: Problem): ProblemView {
  return {
    id: problem.id,
    code: problem.code,
    severity: problem.severity,
    subject: problem.subject,
    sentence: problem.sentence,
    remedy: problem.remedy,
    firstSeen: timeText(problem.firstSeenMs),
    lastSeen: timeText(problem.lastSeenMs),
    count: problem.count,
    state: problem.clearedAtMs !== undefined ? 'cleared' : problem.resolvedAtMs !== undefined ? 'resolved' : 'open',
    ...only('clearedBy', problem.clearedBy),
  }
}
