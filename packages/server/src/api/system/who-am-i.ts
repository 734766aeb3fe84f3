// Who the caller is; answers nobody as well, so that a page can tell that it has to log in, and who came with a certificate
// that does not help, why.
import { type NobodyView, type WhoAmIView, type endpoints } from '@gleaner/model'
import type { Caller } from '../../application.ts'
import type { PublicHandler } from '../handler.ts'
import { only } from '../view/only.ts'
import { timeText } from '../view/time-text.ts'

export const whoAmI: PublicHandler<typeof endpoints.whoAmI> = ({ app, caller, refusal, wallClock }) => {
  if (caller === undefined) return nobody(refusal)
  const endsSoon = caller.endsAtMs !== undefined && caller.endsAtMs - wallClock.nowMs() < app.config.people.warnBeforeMs
  return { ...whoView(caller), ...(caller.by === 'certificate' ? { endsSoon } : {}) }
}

export function whoView(caller: Pick<Caller, 'name' | 'role' | 'projects' | 'by' | 'endsAtMs'>): WhoAmIView {
  return {
    name: caller.name,
    role: caller.role,
    projects: [...caller.projects],
    by: caller.by,
    ...only('endsAt', caller.endsAtMs === undefined ? undefined : timeText(caller.endsAtMs)),
  }
}

function nobody(refusal: Parameters<typeof whoAmI>[0]['refusal']): NobodyView {
  if (refusal === undefined) return { name: null }
  const { code, message, remedy, facts } = refusal
  return {
    name: null,
    refusal: {
      code,
      sentence: message,
      remedy,
      ...only('subject', facts['subject'] === undefined ? undefined : String(facts['subject'])),
    },
  }
}
