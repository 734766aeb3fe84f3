// Where the lines of this host's guests are: patterns such as /var/lib/libvirt/gleaner/{instance}.gleaner.sock. The part of the path in
// the place of {instance} is the guest's name or id for its cloud: who a guest is follows from the path, which the host gave its
// machine, and from nothing that comes out of it.
import { readdirSync, statSync } from 'node:fs'
import { mostReports } from '@gleaner/model/desktop'

export interface ReportPlace {
  readonly instance: string
  readonly path: string
}

export interface ReportPattern {
  readonly text: string
  readonly folder: string
  readonly before: string
  readonly after: string
  /** The rest of the path below the part that names the instance; empty where that is the last. */
  readonly below: string
}

const mark = '{instance}'
const longestName = 200

/** Undefined for what is no absolute path with one {instance} in it. */
export function readReportPattern(text: string): ReportPattern | undefined {
  const parts = text.split(mark)
  const [head = '', tail = ''] = parts
  if (parts.length !== 2 || !text.startsWith('/') || text.split('/').includes('..')) return undefined
  const cut = head.lastIndexOf('/')
  const [after = '', ...rest] = tail.split('/')
  const below = rest.length === 0 ? '' : `/${rest.join('/')}`
  return { text, folder: head.slice(0, cut) || '/', before: head.slice(cut + 1), after, below }
}

/** Sockets and pipes only; at most as many as one beat carries. */
export function findReportPlaces(patterns: readonly ReportPattern[]): {
  readonly places: readonly ReportPlace[]
  readonly fault: string | undefined
} {
  const places = new Map<string, ReportPlace>()
  let fault: string | undefined
  for (const { folder, before, after, below } of patterns) {
    let names: readonly string[] = []
    try {
      names = readdirSync(folder)
    } catch (error) {
      fault = `${folder}: ${(error as Error).message}`
    }
    for (const name of names) {
      if (name.length <= before.length + after.length || !name.startsWith(before) || !name.endsWith(after)) continue
      const instance = name.slice(before.length, name.length - after.length)
      const path = `${folder === '/' ? '' : folder}/${name}${below}`
      if (instance.length > longestName || places.has(instance) || !isLine(path)) continue
      if (places.size === mostReports) return { places: [...places.values()], fault: `more than ${mostReports} guests` }
      places.set(instance, { instance, path })
    }
  }
  return { places: [...places.values()], fault }
}

function isLine(path: string): boolean {
  try {
    const info = statSync(path)
    return info.isSocket() || info.isFIFO()
  } catch {
    return false
  }
}
