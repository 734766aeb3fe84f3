// What the agent says it is.
import { readFileSync } from 'node:fs'

const description = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string
}
export const agentVersion: string = description.version
