// What the front changes in nova's answers, and all it changes: links that nova builds from its own address lead to the
// front, and servers tell whether they are preemptible. Links are changed only where nova puts them (`href` in a list
// whose name ends with "links"), so that no metadata of a user is ever touched.
import { preemptibleMark, readMark } from '@gleaner/model'
import { type JsonEdits, type JsonPlace, place } from './json-editor.ts'

/** Addresses under which nova knows itself, and the front's in place of each. None ends with a slash. */
export interface LinkMap {
  readonly from: readonly string[]
  readonly to: string
}

/** The same address below the front; undefined when it is not one of nova's. */
export function movedLink(href: string, links: LinkMap): string | undefined {
  const base = links.from.find((each) => href.startsWith(each) && /^(?:[/?#]|$)/.test(href.slice(each.length)))
  return base === undefined ? undefined : `${links.to}${href.slice(base.length)}`
}

/** `links`, and lists of them for the next page such as `servers_links`. */
const linkPlace = `links\n${place('*', 'href')}`

export function linkEdits(links: LinkMap): JsonEdits {
  return {
    wants: (at) => at.endsWith(linkPlace),
    string: (href) => movedLink(href, links),
    end: () => undefined,
  }
}

/** What is known of servers besides what the answer says. */
export interface FlagKnowledge {
  /** Tags are part of the answer (from 2.26 on). */
  readonly tagsShown: boolean
  /** Servers found by their tag, where the answer shows none; undefined when that could not be asked. */
  readonly tagged: ReadonlySet<string> | undefined
  /** What Gleaner takes the server for, by its flavor for example. */
  holdsPreemptible(id: string): boolean
}

/** Adds the flag to the object at `server` or to each at `servers[]`: true, false, or nothing where it is not known. */
export function flagEdits(server: JsonPlace, known: FlagKnowledge): JsonEdits {
  const id = `${server}${place('id')}`
  const tag = `${server}${place('tags', '*')}`
  const property = `${server}${place('metadata', preemptibleMark.property)}`
  const extraSpec = `${server}${place('flavor', 'extra_specs', preemptibleMark.extraSpec)}`
  let seen: { id?: string; marked?: boolean } = {}
  return {
    wants: (at) => at === id || at === tag || at === property || at === extraSpec,
    string: (text, at) => {
      if (at === id) seen.id = text
      else if (at === tag) seen.marked ||= text === preemptibleMark.tag
      else seen.marked ||= readMark(text) === true
      return undefined
    },
    end: (at) => {
      if (at !== server) return undefined
      const { id: serverId, marked = false } = seen
      seen = {}
      if (serverId === undefined) return undefined
      const preemptible = marked || known.tagged?.has(serverId) === true || known.holdsPreemptible(serverId)
      if (!preemptible && !known.tagsShown && known.tagged === undefined) return undefined
      return `"preemptible": ${preemptible}`
    },
  }
}

export function bothEdits(first: JsonEdits, second: JsonEdits): JsonEdits {
  return {
    wants: (at) => first.wants(at) || second.wants(at),
    string: (text, at) => (first.wants(at) ? first.string(text, at) : second.string(text, at)),
    end: (at) => first.end(at) ?? second.end(at),
  }
}
