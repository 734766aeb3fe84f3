// How an instance is marked as preemptible in a cloud that knows no such thing (OpenStack). One of the marks is enough;
// whoever reads a cloud and whoever writes one use the same words. The flavor's mark is the administrator's: everything of
// that flavor is preemptible. The key has a scope of its own, so that no filter of nova takes it for a demand on the host.

export const preemptibleMark = {
  /** Tag of the instance: the mark that Gleaner itself sets, and by which nova can list. */
  tag: 'preemptible',
  /** Key of the instance's metadata (`--property preemptible=true`). */
  property: 'preemptible',
  /** Scheduler hint of a create (`--hint preemptible=true`); kept nowhere, so it becomes a tag. */
  hint: 'preemptible',
  /** Extra spec of the flavor (`--property gleaner:preemptible=true`). */
  extraSpec: 'gleaner:preemptible',
} as const

const yes: ReadonlySet<string> = new Set(['true', '1', 'on', 'yes'])
const no: ReadonlySet<string> = new Set(['false', '0', 'off', 'no'])

/** A mark's value, in the spellings nova takes for a boolean; undefined for anything else. */
export function readMark(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string') return undefined
  const text = value.trim().toLowerCase()
  if (yes.has(text)) return true
  return no.has(text) ? false : undefined
}
