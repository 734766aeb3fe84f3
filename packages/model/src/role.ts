// Roles, weakest first; each may do what the ones before it may.

export const roles = ['viewer', 'member', 'operator', 'administrator'] as const
export type Role = (typeof roles)[number]

export function roleAllows(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed)
}
