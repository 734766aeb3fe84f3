export { AnswerFault, type AnswerFaultKind, printable } from './answer-fault.ts'
export { AnnotatedCsv } from './annotated-csv.ts'
export { ExportLines } from './export-lines.ts'
export {
  GridReader,
  type GridReaderOptions,
  type GridReading,
  type Measure,
  type Span,
  type Term,
} from './grid-reader.ts'
export { HttpClient, type HttpClientOptions, type Question } from './http-client.ts'
export { InfluxqlAnswer } from './influxql-answer.ts'
export { type NamedSeries, nameSeries, partOf, type SeriesNaming } from './series-naming.ts'
export { PrometheusAnswer } from './prometheus-answer.ts'
export type { SeriesCounts } from './series-counts.ts'
export type { Labels, SeriesSink } from './series-sink.ts'
export type { Placement } from './subject-rows.ts'
