// Problems, one row per cause, and hiding one until it comes back.
import type { endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { problemView } from '../view/problem-view.ts'
import { seesProblem } from './sees-problem.ts'

export const listProblems: Handler<typeof endpoints.listProblems> = async ({ app, query, sight, world }) => {
  const problems = await app.store.problems.list({ includeClosed: query.all ?? false })
  const index = world()
  return { items: problems.filter((problem) => seesProblem(problem, index, sight)).map(problemView) }
}

export const clearProblem: Handler<typeof endpoints.clearProblem> = async ({ app, params, caller }) =>
  problemView(await app.commands.clearProblem(params.id, caller))
