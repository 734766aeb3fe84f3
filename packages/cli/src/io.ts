// Everything a command touches of the world around it, so that tests bring their own.

export interface Io {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Width of the terminal; undefined where there is none: then nothing is cut. */
  readonly columns: number | undefined
  /** Standard output is a terminal. */
  readonly isTerminal: boolean
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly directory: string
  /** IANA zone in which times are shown. */
  readonly timeZone: string
  /** Fires at Ctrl-C. */
  readonly signal: AbortSignal
}
