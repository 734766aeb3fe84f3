// Server-sent events at GET /api/v1/events (role viewer): small messages that tell what to read again. Each has the name
// of its kind as SSE event type and this JSON as data; a `hello` comes first; comments keep the connection alive.

export const liveEventKinds = [
  'hello',
  'status',
  'inventory',
  'plan',
  'journal',
  'eviction',
  'lease',
  'energy',
  'power',
  'desktop',
  'problem',
  'rules',
  'settings',
] as const
export type LiveEventKind = (typeof liveEventKinds)[number]

export interface LiveEvent {
  readonly kind: LiveEventKind
  /** RFC 3339, in the server's clock. */
  readonly at: string
  /** For power: the figures of a meter as they were read, for those from whom nothing is hidden. For journal and problem: the view of the entry itself, so that the log strip needs no request. */
  readonly item?: unknown
}
