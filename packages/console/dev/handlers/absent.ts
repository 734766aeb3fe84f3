// What the page asks nothing of.
import { GleanerError } from '@gleaner/model'

export const absent = (object: string) => (): never => {
  throw new GleanerError('not-found', { object: `${object} on the fake server` })
}
