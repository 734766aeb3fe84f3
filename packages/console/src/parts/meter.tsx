// A share as a small bar; the value stands beside it as text.
import './meter.css'

interface MeterProps {
  readonly share: number | undefined
  readonly text: string
  readonly wheat?: boolean
}

export function Meter({ share, text, wheat = false }: MeterProps) {
  return (
    <span className={wheat ? 'g-meter g-meter--wheat' : 'g-meter'}>
      <span className="g-meter__track" aria-hidden="true">
        {share !== undefined && (
          <span style={{ display: 'block', width: `${share * 100}%` }} className="g-meter__fill" />
        )}
      </span>
      <span className="g-num">{share === undefined ? <span className="g-quiet">no data</span> : text}</span>
    </span>
  )
}
