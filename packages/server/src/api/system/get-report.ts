// The report by mail at any moment, of what the caller may see.
import { GleanerError, parseDurationMs, type endpoints } from '@gleaner/model'
import { makeReport } from '../../report/make-report.ts'
import type { Handler } from '../handler.ts'

const dayMs = 86_400_000
const longestMs = 31 * dayMs

export const getReport: Handler<typeof endpoints.getReport> = async ({ app, query, world, sight }) => {
  const lengthMs = query.for === undefined ? dayMs : (parseDurationMs(query.for) ?? 0)
  if (!(lengthMs > 0 && lengthMs <= longestMs))
    throw new GleanerError('request-invalid', { detail: `for: "${query.for}" is not between 1s and 31d` })
  const toMs = app.clock.nowMs()
  const { project } = query
  const { report } = app.config.notices
  const isMeant = (id: string | undefined, name: string) => project === undefined || project === id || project === name
  let isKnown = [...world().projectNames].some(([id, name]) => isMeant(id, name) && sight.sees(id))
  const body = await makeReport(app, {
    id: `rpt_${toMs}`,
    fromMs: toMs - lengthMs,
    toMs,
    timeZone: report?.timeZone ?? 'UTC',
    publicUrl: report?.publicUrl,
    projects: project === undefined ? undefined : [project],
    concerns: ({ projectId, projectName }) => {
      const concerned = sight.sees(projectId) && isMeant(projectId, projectName)
      // One that its cloud does not have any more is known by its past.
      isKnown ||= concerned
      return concerned
    },
  })
  if (project !== undefined && !isKnown)
    throw new GleanerError('not-found', { object: `The project "${project.slice(0, 100)}"` })
  return body
}
