// How far back estimates are shown.
export const spans = [
  { value: '1d', text: '1 day' },
  { value: '7d', text: '7 days' },
  { value: '30d', text: '30 days' },
] as const
export type SpanValue = (typeof spans)[number]['value']
