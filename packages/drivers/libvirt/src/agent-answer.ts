// What a guest agent's answers say, or undefined: a guest can answer anything, and what is not exactly an answer is none.
//
// `guest-get-users` names who is logged in and when each came. When they last did something it does not tell, so nothing about
// being idle is read from it: whoever logged in a week ago may be typing now. `guest-get-osinfo` tells whether an empty list can
// be believed. On Windows the system itself is asked for its sessions. Elsewhere the agent reads a file that today's systems may
// no longer write (utmp), and then finds nobody, whoever is there.

const longestAnswer = 64 * 1024
const mostUsers = 1000

export const questions = {
  users: '{"execute":"guest-get-users"}',
  system: '{"execute":"guest-get-osinfo"}',
} as const

/** How many people are logged in, each counted once. */
export function countUsers(answer: string | undefined): number | undefined {
  const users = returned(answer)
  if (!Array.isArray(users) || users.length > mostUsers) return undefined
  const names = users.map((user: unknown) => (isRecord(user) ? user['user'] : undefined))
  if (!names.every((name) => typeof name === 'string' && name !== '')) return undefined
  return names.length
}

/** The id of the operating system: `mswindows`, or what its os-release says (`debian`). */
export function systemId(answer: string | undefined): string | undefined {
  const system = returned(answer)
  const id = isRecord(system) ? system['id'] : undefined
  return typeof id === 'string' && /^[a-z0-9._-]{1,64}$/.test(id) ? id : undefined
}

function returned(answer: string | undefined): unknown {
  if (answer === undefined || answer.length > longestAnswer) return undefined
  try {
    const whole: unknown = JSON.parse(answer)
    return isRecord(whole) ? whole['return'] : undefined
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
