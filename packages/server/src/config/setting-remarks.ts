// Settings of single projects that no cloud has: written wrong, or a project to come. They are told and refused by nobody.
import { type ReadClouds, thereAre, unknownProjects } from '../state/known-projects.ts'
import type { Config } from './config.ts'

export interface SettingRemark {
  /** As in the file. */
  readonly setting: string
  readonly sentence: string
}

type Named = Pick<Config, 'reservations' | 'preemption' | 'opportunism' | 'notices'>

/** One per setting; none for what a cloud that has not been read may have. */
export function settingRemarks(config: Named, clouds: ReadClouds): readonly SettingRemark[] {
  return namedProjects(config).flatMap(([setting, named]) => {
    const unknown = unknownProjects(named, clouds)
    if (unknown.length === 0) return []
    const [what, it] = unknown.length === 1 ? ['a project', 'it counts'] : ['projects', 'each counts']
    const names = unknown.map((name) => `"${name}"`).join(', ')
    return [
      {
        setting,
        sentence: `${setting}: no cloud has ${what} ${names} now; ${it} once there is one.${thereAre(clouds)}`,
      },
    ]
  })
}

/** Whether any setting names a project at all. */
export function namesProjects(config: Named): boolean {
  return namedProjects(config).some(([, named]) => named.length > 0)
}

function namedProjects({ reservations, preemption, opportunism, notices }: Named): [string, readonly string[]][] {
  return [
    ['reservations.limitsByProject', [...reservations.limitsOfProject.keys()]],
    ['preemption.noticeByProject', Object.keys(preemption.noticeMsOfProject)],
    ['preemption.priorityByProject', Object.keys(preemption.priorityOfProject)],
    ['preemption.quotaByProject', Object.keys(preemption.quotaOfProject)],
    ['preemption.budgetByProject', Object.keys(preemption.budgetOfProject)],
    ['opportunism.freeByOfProject', Object.keys(opportunism.terms.freeByOfProject)],
    ...notices.webhooks.map(({ id, projects }): [string, readonly string[]] => [
      `projects of the webhook ${id}`,
      projects ?? [],
    ]),
    ...(notices.mail?.recipients ?? []).map(({ id, projects }): [string, readonly string[]] => [
      `projects of the recipients ${id}`,
      projects ?? [],
    ]),
  ]
}
