// `gleaner problems`: what is wrong and what to do about it, one entry per cause; clearing hides one until it comes back.
import type { ProblemView } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'
import type { Moments } from '../format/moment.ts'

export async function problems(context: CommandContext, options: { readonly all?: boolean }): Promise<void> {
  const [{ items }, status] = await Promise.all([
    context.client.call('listProblems', { query: options.all === true ? { all: true } : {} }),
    context.json ? { now: '' } : context.client.call('getStatus'),
  ])
  if (context.printJson({ items })) return
  if (items.length === 0) return context.line('No problems.')
  const moments = context.moments(status.now)
  for (const problem of items) show(context, problem, moments)
}

function show(context: CommandContext, problem: ProblemView, moments: Moments): void {
  const { severity, sentence, remedy, subject, id, count, state } = problem
  const colour = state !== 'open' ? 'dim' : severity === 'error' ? 'red' : 'yellow'
  context.say(sentence, context.style(severity.padEnd(8), colour))
  const times =
    count === 1
      ? `seen ${moments.relative(problem.lastSeen)}`
      : `seen ${count} times since ${moments.at(problem.firstSeen)}, last ${moments.relative(problem.lastSeen)}`
  const end = state === 'open' ? '' : `, ${state}${problem.clearedBy === undefined ? '' : ` by ${problem.clearedBy}`}`
  context.say(context.style(`${subject}, ${times}${end} (${id})`, 'dim'), ' '.repeat(8))
  context.say(remedy, ' '.repeat(8))
}

export async function clearProblem(context: CommandContext, id: string): Promise<void> {
  const problem = await context.client.call('clearProblem', { params: { id } })
  if (context.printJson(problem)) return
  context.say(`Hidden until it comes back: ${problem.sentence}`)
}
