// Where every reader of an answer delivers what it finds, series by series and in the order of the answer.

export interface SeriesSink {
  /**
   * A series begins. `key` identifies it: the same labels give the same text in every answer of the same kind. A series
   * that comes in several pieces begins again with each. False when nobody wants it: its samples are skipped then.
   */
  begin(key: string, labels: () => Labels): boolean
  /** A sample of the series that began last. NaN and infinities are passed on as they were found. */
  sample(atMs: number, value: number): void
}

export type Labels = Readonly<Record<string, string>>
