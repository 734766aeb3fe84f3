// A stored token as the API shows it: everything but the secret, which nobody has.
import type { TokenView } from '@gleaner/model'
import type { StoredToken } from '@gleaner/ports'
import { only } from './only.ts'
import { timeText } from './time-text.ts'

export function tokenView(token: StoredToken): TokenView {
  return {
    id: token.id,
    name: token.name,
    role: token.role,
    projects: [...token.projects],
    createdAt: timeText(token.createdAtMs),
    createdBy: token.createdBy,
    ...only('expiresAt', token.expiresAtMs === undefined ? undefined : timeText(token.expiresAtMs)),
    ...only('lastUsedAt', token.lastUsedAtMs === undefined ? undefined : timeText(token.lastUsedAtMs)),
  }
}
