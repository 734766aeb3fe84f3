// Answers recorded from the real services of labs/openstack (labs/openstack/record.mjs): what the fake is made of.
import { readFileSync } from 'node:fs'

export interface Recorded<T> {
  readonly status: number
  readonly body: T
}

const known = new Map<string, string>()

/** A copy each time. */
export function recorded<T = unknown>(name: string): Recorded<T> {
  const text = known.get(name) ?? readFileSync(new URL(`recorded/${name}.json`, import.meta.url), 'utf8')
  known.set(name, text)
  return JSON.parse(text) as Recorded<T>
}
