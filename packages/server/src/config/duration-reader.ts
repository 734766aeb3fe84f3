/** Reads one duration of the configuration, remembers where it is from, and falls back to its default. */
export type DurationReader = (
  name: string,
  text: string | undefined,
  rest: { readonly otherwiseMs: number; readonly effect: string },
) => number
