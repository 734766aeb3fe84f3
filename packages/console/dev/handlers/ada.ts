// The one person who comes in, and her token.
import type { WhoAmIView } from '@gleaner/model'

export const fakeToken = 'glean-me'
export const ada: WhoAmIView = { name: 'ada', role: 'administrator', projects: [], by: 'token' }
