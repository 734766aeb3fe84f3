export { type MeasureShape, ownQueries } from './measure-shape.ts'
export type { SeriesBackend } from './series-backend.ts'
export { SeriesSource } from './series-source.ts'
