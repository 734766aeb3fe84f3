// A small line without axes: the course of a value, gaps included. The value itself stands beside it as text.
import { memo } from 'react'

interface SparklineProps {
  readonly values: readonly (number | null)[] | undefined
  /** Value at the top of the picture. */
  readonly top: number
  readonly label: string
}

const width = 96
const height = 22

function pathOf(values: readonly (number | null)[], top: number): string {
  const step = width / Math.max(1, values.length - 1)
  let path = ''
  let drawing = false
  for (const [i, value] of values.entries()) {
    if (value === null) {
      drawing = false
      continue
    }
    const y = height - 1.5 - Math.min(1, Math.max(0, value / top)) * (height - 3)
    path += `${drawing ? 'L' : 'M'}${(i * step).toFixed(1)} ${y.toFixed(1)}`
    drawing = true
  }
  return path
}

export const Sparkline = memo(function Sparkline({ values, top, label }: SparklineProps) {
  return (
    <svg className="g-spark" width={width} height={height} role="img" aria-label={label}>
      <path d={`M0 ${height - 1}H${width}`} stroke="var(--g-line)" />
      {values !== undefined && (
        <path
          d={pathOf(values, top > 0 ? top : 1)}
          fill="none"
          stroke="var(--g-firm)"
          strokeWidth="1.4"
          strokeLinejoin="round"
        />
      )}
    </svg>
  )
})
