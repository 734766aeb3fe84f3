// What may not be meant of rights that are given, in words. They count all the same: a project may come later, and a cloud that
// may not list its projects knows those only that have something.
import type { CloudId, CloudSnapshot, Role } from '@gleaner/model'

export interface Grant {
  readonly role: Role
  readonly projects: readonly string[]
}

type Clouds = ReadonlyMap<CloudId, { readonly snapshot: Pick<CloudSnapshot, 'projects'> | undefined }>

const mostNamed = 5

export function grantRemarks({ role, projects }: Grant, clouds: Clouds): readonly string[] {
  if (projects.length === 0)
    return role === 'member'
      ? ['A member sees and reserves for its projects only, and none is named: it sees nothing.']
      : []
  const known = [...clouds.values()].flatMap(({ snapshot }) => snapshot?.projects ?? [])
  const remarks = projects
    .filter((named) => known.every(({ id, name }) => id !== named && name !== named) && canTell(named, clouds))
    .map((named) => `No cloud has a project "${named}" now; the right counts once there is one.${thereAre(known)}`)
  if (role === 'operator' || role === 'administrator')
    remarks.push(`The role ${role} sees every project; those named tell only for which one Blazar's client reserves.`)
  return remarks
}

/** Only of clouds that have been read; an id begins with its cloud. */
function canTell(named: string, clouds: Clouds): boolean {
  const own = [...clouds].filter(([id]) => named.startsWith(`${id}:`))
  const asked = own.length > 0 ? own : [...clouds]
  return asked.every(([, { snapshot }]) => snapshot !== undefined)
}

function thereAre(known: readonly { readonly name: string }[]): string {
  const names = [...new Set(known.map(({ name }) => name))].sort()
  return names.length === 0 || names.length > mostNamed ? '' : ` There are ${names.join(', ')}.`
}
