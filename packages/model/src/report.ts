// What was done and what rules in mode observe would have done over a span, as it is sent and shown. The format is stable: keys are
// added, never changed. docs/schemas/report.schema.json follows from this file.
import { type Static, Type } from 'typebox'

const open = { additionalProperties: true }
const text = (description: string) => Type.String({ description })
const time = (description: string) => Type.String({ format: 'date-time', description })

export const ReportFigures = Type.Object(
  {
    actions: Type.Integer({ description: 'Actions done; of what would have been done, instances' }),
    coreHours: Type.Number(),
    memoryGiBHours: Type.Number(),
    kWh: Type.Union([Type.Number(), Type.Null()], { description: 'An estimate; null where it is not known of any' }),
    kWhUnknownOf: Type.Integer({ description: 'Of so many no energy is known' }),
  },
  open,
)
export type ReportFigures = Static<typeof ReportFigures>

const ReportLine = Type.Object({ name: Type.String(), done: ReportFigures, would: ReportFigures }, open)

export const ReportBody = Type.Object(
  {
    version: Type.Literal(1, { description: 'Of this format; keys that are added later do not change it' }),
    id: text('The same in every repetition; also in the headers webhook-id and idempotency-key'),
    kind: Type.Literal('report'),
    at: time('The moment it stands for'),
    from: time('Begin of its span'),
    to: time('End of its span, which does not belong to it'),
    projects: Type.Union([Type.Array(Type.String()), Type.Null()], {
      description: 'Names of the projects it is about; null: all',
    }),
    subject: text('One line for people'),
    text: text('All of it for people, in sentences'),
    done: ReportFigures,
    would: ReportFigures,
    rules: Type.Array(ReportLine, { description: 'By rule, or what else asked for it' }),
    byProject: Type.Array(ReportLine),
    links: Type.Array(text('Pages that show more; none where publicUrl is not set')),
  },
  { ...open, description: 'The report of Gleaner, as a webhook gets it' },
)
export type ReportBody = Static<typeof ReportBody>
