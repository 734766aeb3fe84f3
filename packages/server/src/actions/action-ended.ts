// What follows when an action has ended: the cloud is read again, the next cycle looks at the result, and an action that
// did not reach its state is a problem until one of the same kind on the same instance succeeds.
import type { JournalEntry } from '@gleaner/model'
import { concludeAction } from '../notices/conclude-actions.ts'
import { checkOverridden } from '../oversubscription/see-ratios.ts'
import type { Runtime } from '../runtime.ts'

export async function actionEnded(runtime: Runtime, entry: JournalEntry): Promise<void> {
  const subject = `${entry.action} of ${entry.targetName}`
  if (entry.state === 'done') await runtime.problems.settle(subject)
  else {
    await runtime.problems.report({
      code: entry.state === 'timed-out' ? 'action-timed-out' : 'action-failed',
      severity: 'error',
      subject,
      sentence: `${entry.action} of ${entry.targetName} for "${entry.cause}" did not succeed: ${entry.outcome ?? 'no reason given'}.`,
      remedy: `See what the cloud says of ${entry.targetName}; Gleaner leaves it alone for its cool-down and then decides anew.`,
    })
  }
  if (runtime.state.fence !== undefined) await concludeAction(runtime, runtime.state.fence, entry)
  await checkOverridden(runtime, entry)
  runtime.wake(`observe:${entry.cloudId}`, 'decide', 'preempt')
}
