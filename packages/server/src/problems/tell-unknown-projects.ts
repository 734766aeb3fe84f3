// A problem for every setting that names projects no cloud has, until there is one or the server starts without the setting.
import { settingRemarks } from '../config/setting-remarks.ts'
import type { Runtime } from '../runtime.ts'

const code = 'setting-project-unknown'
const prefix = 'setting '

export async function tellUnknownProjects({
  config,
  state,
  problems,
}: Pick<Runtime, 'config' | 'state' | 'problems'>): Promise<void> {
  // What is known from part of a reading says nothing about who is not in it.
  const readings = [...state.clouds.values()]
  if (readings.some(({ snapshot }) => snapshot === undefined || snapshot.gaps.length > 0)) return
  const remarks = new Map(
    settingRemarks(config, state.clouds).map(({ setting, sentence }) => [`${prefix}${setting}`, sentence]),
  )
  for (const subject of problems.openSubjects(code)) if (!remarks.has(subject)) await problems.resolve(subject, code)
  for (const [subject, sentence] of remarks)
    await problems.report({
      code,
      severity: 'warning',
      subject,
      sentence,
      remedy: 'Correct the name in the configuration, or leave it there for a project to come.',
    })
}
