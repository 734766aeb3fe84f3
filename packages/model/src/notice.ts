// What owners and operators are told, and the body in which a webhook gets it. The format is stable: keys are added, never
// changed. docs/schemas/notice.schema.json follows from this file.
import { type Static, Type } from 'typebox'
import { type Capability, capabilities } from './capability.ts'
import type { StepKind } from './host-step.ts'

/**
 * announced: it will be done, not before a time; called-off: after all it will not; told: a rule has something to say;
 * done: it was done; failed: it was tried and did not succeed.
 */
export const noticeKinds = ['announced', 'called-off', 'told', 'done', 'failed'] as const
export type NoticeKind = (typeof noticeKinds)[number]

/** What a channel may ask for: notices of these kinds, and reports. */
export const messageKinds = [...noticeKinds, 'report'] as const
export type MessageKind = (typeof messageKinds)[number]

/** What a notifier has to know and cannot look up later: by then the instance may be gone. */
export interface NoticeAbout {
  readonly kind: NoticeKind
  readonly capability: Capability
  readonly action: StepKind
  /** The rule, or what else asked for it. */
  readonly cause: string
  readonly reason: { readonly code: string; readonly sentence: string }
  readonly instanceName: string
  readonly projectId: string
  /** The id where the project has no name. */
  readonly projectName: string
  /** The decision to evict it belongs to. */
  readonly decisionId: string | undefined
  /** Where it is about a lease, and `instance` names that. */
  readonly leaseId?: string
}

const open = { additionalProperties: true }
const text = (description: string) => Type.String({ description })
const time = (description: string) => Type.String({ format: 'date-time', description })
const oneOf = <const T extends readonly string[]>(values: T, description: string) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values], description })

export const NoticeBody = Type.Object(
  {
    version: Type.Literal(1, { description: 'Of this format; keys that are added later do not change it' }),
    id: text('The same in every repetition; also in the headers webhook-id and idempotency-key'),
    kind: oneOf(
      noticeKinds,
      'announced: it will be done, not before `due`; called-off: after all it will not; told: a rule has something to say; done: it was done; failed: it was tried and did not succeed',
    ),
    at: time('When it was decided'),
    due: Type.Union([time('When what is announced may happen at the earliest'), Type.Null()]),
    sentence: text('For people'),
    capability: oneOf(capabilities, 'Who decided'),
    action: text('suspend, stop, shelve, delete, pause, resume, start, balloon or notify'),
    cause: text('The rule, or what else asked for it'),
    reason: Type.Object({ code: text('One of docs/errors.md'), sentence: text('For people') }, open),
    instance: Type.Object(
      { id: text('As in the API'), name: text('As its owner knows it'), cloud: text('Id of its cloud') },
      open,
    ),
    project: Type.Object({ id: text('As in the API'), name: text('As its owner knows it') }, open),
    proposal: Type.Union([text('Id of the proposal'), Type.Null()]),
    decision: Type.Union([text('Id of the decision to evict'), Type.Null()]),
    lease: Type.Union([
      text('Id of the lease, where the notice is about one as a whole; instance has its name then'),
      Type.Null(),
    ]),
    keepLink: Type.Union([
      text('A page on which whoever opens it keeps the instance, once and without logging in; a GET changes nothing'),
      Type.Null(),
    ]),
  },
  { ...open, description: 'What a webhook of Gleaner gets' },
)
export type NoticeBody = Static<typeof NoticeBody>
