// A rule of the current ones by id or name.
import { GleanerError, type Rule } from '@gleaner/model'
import type { Application } from '../../application.ts'

export function findRule(app: Pick<Application, 'state'>, idOrName: string): Rule {
  const { rules } = app.state
  const rule = rules.find(({ id }) => id === idOrName) ?? rules.find(({ name }) => name === idOrName)
  if (rule === undefined) throw new GleanerError('not-found', { object: `The rule "${idOrName.slice(0, 100)}"` })
  return rule
}
