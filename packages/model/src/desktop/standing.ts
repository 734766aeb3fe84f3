// Where a desktop stands as the control plane sees it: what its agent says, unless nothing was heard or may be believed.
import { lendingPhases } from './desktop.ts'

/**
 * silent: it joined and has not spoken yet. lost: beats are missing, nothing new is placed there. gone: missing for so long that its
 * guests count as gone. revoked: it may not speak any more.
 */
export const desktopStandings = [...lendingPhases, 'silent', 'lost', 'gone', 'revoked'] as const
export type DesktopStanding = (typeof desktopStandings)[number]
