// Projects that are named somewhere though no cloud has them. That is no fault: a project may come later, and a cloud that may
// not list its projects knows those only that have something.
import type { CloudId, CloudSnapshot } from '@gleaner/model'

export type ReadClouds = ReadonlyMap<CloudId, { readonly snapshot: Pick<CloudSnapshot, 'projects'> | undefined }>

const mostNamed = 5

/** Of the projects, named by name or id, those that no cloud has; only where every cloud that could have them has been read. */
export function unknownProjects(named: readonly string[], clouds: ReadClouds): readonly string[] {
  const known = new Set([...clouds.values()].flatMap(({ snapshot }) => snapshot?.projects ?? []).flatMap(namesOf))
  return named.filter((project) => !known.has(project) && canTell(project, clouds))
}

/** A sentence with the names there are, where these are few. */
export function thereAre(clouds: ReadClouds): string {
  const projects = [...clouds.values()].flatMap(({ snapshot }) => snapshot?.projects ?? [])
  const names = [...new Set(projects.map(({ name }) => name))].sort()
  return names.length === 0 || names.length > mostNamed ? '' : ` There are ${names.join(', ')}.`
}

function namesOf({ id, name }: CloudSnapshot['projects'][number]): readonly string[] {
  return [id, name]
}

/** An id begins with its cloud. */
function canTell(named: string, clouds: ReadClouds): boolean {
  const own = [...clouds].filter(([id]) => named.startsWith(`${id}:`))
  const asked = own.length > 0 ? own : [...clouds]
  return asked.every(([, { snapshot }]) => snapshot !== undefined)
}
