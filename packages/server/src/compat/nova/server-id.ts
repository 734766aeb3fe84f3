// The id of the server that a create made, out of nova's answer.
import { isObject } from './create-document.ts'
import type { WholeAnswer } from './upstream.ts'

/** Undefined when the answer names none: a refusal, several by reservation, or no JSON. */
export function serverIdIn({ body }: Pick<WholeAnswer, 'body'>): string | undefined {
  try {
    const answer: unknown = JSON.parse(body.toString('utf8'))
    const server = isObject(answer) ? answer['server'] : undefined
    const id = isObject(server) ? server['id'] : undefined
    return typeof id === 'string' && id !== '' ? id : undefined
  } catch {
    return undefined
  }
}
