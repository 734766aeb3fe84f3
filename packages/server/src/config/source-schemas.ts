// The section `sources` of the configuration: every key with its meaning.
import { influxPresets } from '@gleaner/driver-influx'
import { prometheusPresets } from '@gleaner/driver-prometheus'
import { OneOf, durationPattern, metrics } from '@gleaner/model'
import { type Static, Type } from 'typebox'
import { SectionName, Secret } from './schema-parts.ts'

const strict = { additionalProperties: false } as const

const text = (description: string) => Type.String({ minLength: 1, maxLength: 4000, description })
const duration = (description: string) => Type.String({ pattern: durationPattern, description })
const label = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 200, description }))

const common = {
  id: SectionName,
  url: text('Address, with a path where it stands below one; user and password belong into auth'),
  clouds: Type.Optional(
    Type.Array(Type.String(), { minItems: 1, description: 'Ids of the clouds it has usage of (all of them)' }),
  ),
  headers: Type.Optional(
    Type.Record(Type.String(), Secret, { description: 'Further headers of every question, such as a tenant' }),
  ),
  caFile: Type.Optional(text('Certificates that the source is verified with, PEM')),
  names: Type.Optional(
    Type.Record(Type.String(), Type.String(), {
      description: 'What names and addresses in the labels are called here: "10.0.0.3:9100": kvm1',
    }),
  ),
  prefer: Type.Optional(
    OneOf(['driver', 'source'], {
      description:
        'Whose figure counts where the cloud’s driver measures the same: the other fills what is missing (driver)',
    }),
  ),
  backfill: Type.Optional(
    Type.String({
      pattern: `${durationPattern}|^off$`,
      description: 'How much of the past is fetched at the start, where it is missing; off for none (14d)',
    }),
  ),
  lookback: Type.Optional(duration('How far back counters are read; must span two of their readings (3m)')),
  timeout: Type.Optional(duration('Longest wait for one answer (30s)')),
  maxAnswerMiB: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 16_384, description: 'Largest answer that is read (512)' }),
  ),
}

const ofSubject = {
  metric: OneOf(metrics, {
    description: 'What it measures: cpu in cores, memory in MiB, the others in B/s, people, s',
  }),
  of: OneOf(['instances', 'hosts'], { description: 'What it measures this of' }),
  counter: Type.Optional(Type.Boolean({ description: 'It only grows; the metric is its rate (false)' })),
  factor: Type.Optional(Type.Number({ description: 'From its unit to that of the metric (1)' })),
}

export const PrometheusSourceConfig = Type.Object(
  {
    ...common,
    kind: Type.Literal('prometheus'),
    auth: Type.Optional(
      Type.Object(
        {
          user: Type.Optional(text('User of basic authentication')),
          password: Type.Optional(Secret),
          bearer: Type.Optional(Secret),
        },
        strict,
      ),
    ),
    presets: Type.Optional(
      Type.Array(OneOf(prometheusPresets), {
        description: `Exporters whose series are known: ${prometheusPresets.join(', ')}`,
      }),
    ),
    match: Type.Optional(text('Further label matchers of every selector of the presets: job="kvm"')),
    vmprobePrefix: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
        description: 'What vmprobe’s names begin with, before _global_ and _domain_ (vmprobe)',
      }),
    ),
    rateWindow: Type.Optional(duration('$window of expressions: what rates of the database are taken over (3m)')),
    export: Type.Optional(
      Type.Boolean({ description: 'Use the export of VictoriaMetrics for raw samples where it is (true)' }),
    ),
    queries: Type.Optional(
      Type.Array(
        Type.Object(
          {
            ...ofSubject,
            series: Type.Optional(text('Selector; its raw samples are read')),
            expression: Type.Optional(text('Any other PromQL; worked out by the database once per step')),
            sum: Type.Optional(
              Type.Array(Type.String(), { description: 'Labels whose series are added up, as devices' }),
            ),
            id: label('Label that holds what the cloud calls the subject, as its UUID'),
            name: label('Label that holds its name'),
            host: label('Label that holds the host it is on: tells instances of the same name apart'),
          },
          strict,
        ),
        { maxItems: 200 },
      ),
    ),
  },
  strict,
)
export type PrometheusSourceConfig = Static<typeof PrometheusSourceConfig>

export const InfluxSourceConfig = Type.Object(
  {
    ...common,
    kind: Type.Literal('influx'),
    database: Type.Optional(text('Database of InfluxDB 1.x')),
    retentionPolicy: Type.Optional(text('Retention policy of the database (its default)')),
    bucket: Type.Optional(text('Bucket of InfluxDB 2.x')),
    org: Type.Optional(text('Organisation of the bucket')),
    auth: Type.Optional(
      Type.Object(
        {
          user: Type.Optional(text('User of InfluxDB 1.x')),
          password: Type.Optional(Secret),
          token: Type.Optional(Secret),
        },
        strict,
      ),
    ),
    presets: Type.Optional(
      Type.Array(OneOf(influxPresets), {
        description: `Collectors whose measurements are known: ${influxPresets.join(', ')}`,
      }),
    ),
    queries: Type.Optional(
      Type.Array(
        Type.Object(
          {
            ...ofSubject,
            measurement: text('Measurement'),
            field: text('Field of it'),
            where: Type.Optional(
              Type.Record(Type.String(), Type.String(), {
                description: 'Tags of its series: text, or /regular expression/; not that one with ! before it',
              }),
            ),
            sum: Type.Optional(
              Type.Array(Type.String(), { description: 'Tags whose series are added up, as devices' }),
            ),
            id: label('Tag that holds what the cloud calls the subject, as its UUID'),
            name: label('Tag that holds its name'),
            host: label('Tag that holds the host it is on: tells instances of the same name apart'),
          },
          strict,
        ),
        { maxItems: 200 },
      ),
    ),
  },
  strict,
)
export type InfluxSourceConfig = Static<typeof InfluxSourceConfig>

export const sourceSchemas = { prometheus: PrometheusSourceConfig, influx: InfluxSourceConfig } as const
export type SourceConfig = PrometheusSourceConfig | InfluxSourceConfig
