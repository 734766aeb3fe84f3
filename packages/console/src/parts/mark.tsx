// Small shapes beside words, so that no colour stands alone.

export type MarkShape =
  | 'dot'
  | 'ring'
  | 'half'
  | 'square'
  | 'bars'
  | 'cross'
  | 'triangle'
  | 'arrow'
  | 'question'
  | 'diamond'
export type MarkTone = 'good' | 'quiet' | 'accent' | 'wheat' | 'warning' | 'danger'

const tones: Readonly<Record<MarkTone, string>> = {
  good: 'var(--g-good)',
  quiet: 'var(--g-quiet)',
  accent: 'var(--g-accent)',
  wheat: 'var(--g-wheat)',
  warning: 'var(--g-warning)',
  danger: 'var(--g-danger)',
}

export function Mark({ shape, tone }: { readonly shape: MarkShape; readonly tone: MarkTone }) {
  return (
    <svg
      className="g-mark"
      width="12"
      height="12"
      viewBox="0 0 12 12"
      aria-hidden="true"
      style={{ color: tones[tone] }}
    >
      {shapes[shape]}
    </svg>
  )
}

const line = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.8, strokeLinecap: 'round' } as const

const shapes = {
  dot: <circle cx="6" cy="6" r="4.2" fill="currentColor" />,
  ring: <circle cx="6" cy="6" r="3.9" {...line} strokeDasharray="3 2" />,
  half: (
    <>
      <circle cx="6" cy="6" r="4" {...line} strokeWidth="1.4" />
      <path d="M6 2a4 4 0 0 0 0 8z" fill="currentColor" />
    </>
  ),
  square: <rect x="2.2" y="2.2" width="7.6" height="7.6" rx="1.2" fill="currentColor" />,
  bars: <path d="M3.8 2.5v7M8.2 2.5v7" {...line} strokeWidth="2.2" />,
  cross: <path d="M2.8 2.8l6.4 6.4M9.2 2.8L2.8 9.2" {...line} />,
  triangle: <path d="M6 1.6l4.8 8.6H1.2z" fill="currentColor" />,
  arrow: <path d="M2 6h7.5M6.5 3l3 3-3 3" {...line} />,
  question: <path d="M3.8 4.2a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .7-1 1.4M6 10v.2" {...line} />,
  diamond: <path d="M6 1.3l4.7 4.7L6 10.7 1.3 6z" fill="currentColor" />,
}
