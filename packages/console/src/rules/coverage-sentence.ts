// Which instances a rule looks at, in words.
import type { RuleCoverage } from '@gleaner/model'

export function coverageSentence({ clouds, projects, tags, instances, expression }: RuleCoverage): string {
  const parts: string[] = []
  if (instances?.length) parts.push(instances.join(', '))
  if (projects?.length) parts.push(`project ${projects.join(' or ')}`)
  if (tags?.length) parts.push(`tag ${tags.join(' or ')}`)
  if (clouds?.length) parts.push(`cloud ${clouds.join(' or ')}`)
  if (expression) parts.push('an expression')
  return parts.length === 0 ? 'all instances' : parts.join(', ')
}
