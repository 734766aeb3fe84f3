// The body of POST /servers: reading it, what it says about being preemptible or inside a lease, and the same body as nova gets
// it. Nothing but the mark, and for a lease the flavor and the hint, is ever changed; a body without one is forwarded byte by byte.
import { GleanerError, preemptibleMark, readMark } from '@gleaner/model'

export type JsonObject = { readonly [key: string]: unknown }

export interface CreateDocument {
  readonly whole: JsonObject
  readonly server: JsonObject
  readonly hints: JsonObject
}

/** Undefined when it is JSON but no create: nova says what is wrong with it. */
export function readCreate(body: Buffer): CreateDocument | undefined {
  let whole: unknown
  try {
    whole = JSON.parse(body.toString('utf8'))
  } catch (error) {
    // Nova's own parser is more lenient than the standard in places; a mark it would overlook must not get through.
    throw invalid(`The body is not valid JSON (${(error as Error).message})`, error)
  }
  if (!isObject(whole) || !isObject(whole['server'])) return undefined
  const hints = whole['os:scheduler_hints'] ?? whole['OS-SCH-HNT:scheduler_hints']
  return { whole, server: whole['server'], hints: isObject(hints) ? hints : {} }
}

/** Where a wish to be preemptible, or not to be, was stated. */
export type WishSource = 'field' | 'hint' | 'property' | 'flavor'

export interface Wish {
  readonly preemptible: boolean
  /** Undefined when nothing was said: firm. */
  readonly source: WishSource | undefined
}

/** What the request itself says. Rejects values that are no boolean, and statements that contradict each other. */
export function wishOf({ server, hints }: CreateDocument): Wish {
  const metadata = isObject(server['metadata']) ? server['metadata'] : {}
  const statements = [
    statement('field', 'The field "preemptible"', server['preemptible']),
    ...hintValues(hints[preemptibleMark.hint]).map((value) =>
      statement('hint', `The scheduler hint "${preemptibleMark.hint}"`, value),
    ),
    statement('property', `The property "${preemptibleMark.property}"`, metadata[preemptibleMark.property]),
  ].filter((each) => each !== undefined)
  const [first, ...others] = statements
  if (first === undefined) return { preemptible: false, source: undefined }
  const other = others.find(({ value }) => value !== first.value)
  if (other !== undefined) throw invalid(`${first.what} is ${first.value}, ${lower(other.what)} is ${other.value}`)
  return { preemptible: first.value, source: first.source }
}

/** Blazar's, and Gleaner's own. */
const leaseHints = ['reservation', 'lease'] as const

/** The lease that the request names; undefined where it names none. */
export function leaseIn({ hints }: CreateDocument): string | undefined {
  const named = leaseHints.flatMap((name) => (hints[name] === undefined ? [] : hintValues(hints[name])))
  const [first, ...others] = named
  if (named.length === 0) return undefined
  if (typeof first !== 'string' || first.trim() === '' || others.some((other) => other !== first))
    throw invalid(
      'The scheduler hint "reservation" must name one lease, by its name or id, or one reservation by its id',
    )
  return first
}

/** The same create with the flavor that leads into the lease; nova need not know the hint. */
export function withinLease({ whole, server, hints }: CreateDocument, flavor: string): JsonObject {
  const left = without(hints, leaseHints)
  const inside = { ...without(server, ['preemptible']), flavorRef: flavor }
  const others = Object.keys(left).length === 0 ? {} : { 'os:scheduler_hints': left }
  return { ...without(whole, ['os:scheduler_hints', 'OS-SCH-HNT:scheduler_hints']), server: inside, ...others }
}

function without(entries: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => !names.includes(name)))
}

/** With what the flavor says: it can make an instance preemptible, and then nothing can make it firm. */
export function wishWithFlavor(wish: Wish, extraSpecs: Readonly<Record<string, string>>): Wish {
  if (wish.preemptible || readMark(extraSpecs[preemptibleMark.extraSpec]) !== true) return wish
  if (wish.source !== undefined)
    throw invalid('The request asks for a firm instance, but everything of this flavor is preemptible')
  return { preemptible: true, source: 'flavor' }
}

/**
 * The body for nova, without the field it does not know. A preemptible server gets its mark in the same call, so that it
 * never exists without one: the tag, or where this version of the API takes no tags the property (the tag then follows).
 */
export function bodyForNova(
  document: CreateDocument,
  wish: Wish,
  { takesTags }: { readonly takesTags: boolean },
): Buffer | undefined {
  const { preemptible: field, ...rest } = document.server
  if (!wish.preemptible && field === undefined) return undefined
  const metadata = isObject(rest['metadata']) ? rest['metadata'] : {}
  const hasProperty = preemptibleMark.property in metadata
  const server = {
    ...rest,
    ...(wish.preemptible && takesTags ? withTag(rest['tags']) : {}),
    // What the client spelled "yes" is read by others as well: one spelling.
    ...(wish.preemptible &&
    (!takesTags || hasProperty) &&
    (rest['metadata'] === undefined || isObject(rest['metadata']))
      ? { metadata: { ...metadata, [preemptibleMark.property]: 'true' } }
      : {}),
  }
  return Buffer.from(JSON.stringify({ ...document.whole, server }))
}

/** Tags that are no list are left to nova's judgement. */
function withTag(tags: unknown): { readonly tags?: readonly unknown[] } {
  if (tags === undefined) return { tags: [preemptibleMark.tag] }
  if (!Array.isArray(tags) || tags.includes(preemptibleMark.tag)) return {}
  return { tags: [...(tags as unknown[]), preemptibleMark.tag] }
}

interface Statement {
  readonly source: WishSource
  readonly what: string
  readonly value: boolean
}

function statement(source: WishSource, what: string, given: unknown): Statement | undefined {
  if (given === undefined) return undefined
  const value = readMark(given)
  if (value === undefined) throw invalid(`${what} is ${JSON.stringify(given)?.slice(0, 60)}, not true or false`)
  return { source, what, value }
}

/** Hints come as texts or as lists of texts. */
function hintValues(hint: unknown): readonly unknown[] {
  return Array.isArray(hint) ? hint : [hint]
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function lower(text: string): string {
  return text.replace(/^./, (first) => first.toLowerCase())
}

function invalid(detail: string, cause?: unknown): GleanerError {
  return new GleanerError('front-request-invalid', { detail }, cause === undefined ? {} : { cause })
}
