// What a chart of values over time is made of.

export interface ChartSeries {
  readonly name: string
  readonly tone: 'accent' | 'wheat' | 'text' | 'quiet'
  /** null is a gap and stays one. */
  readonly values: readonly (number | null)[]
  readonly dash?: boolean
  readonly fill?: boolean
}

export interface ChartProps {
  readonly title: string
  readonly atMs: readonly number[]
  readonly series: readonly ChartSeries[]
  readonly format: (value: number) => string
  readonly height?: number
}
