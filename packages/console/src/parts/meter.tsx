// A share as a small bar; the value stands beside it as text. Bars of one column are equally long, so that they can be compared.
import './meter.css'

interface MeterProps {
  readonly share: number | undefined
  readonly text: string
  readonly wheat?: boolean
  /** How many characters the longest text of the column has. */
  readonly room?: number
}

export function Meter({ share, text, wheat = false, room = 6 }: MeterProps) {
  return (
    <span className={wheat ? 'g-meter g-meter--wheat' : 'g-meter'}>
      <span className="g-meter__track" aria-hidden="true">
        {share !== undefined && (
          <span style={{ display: 'block', width: `${share * 100}%` }} className="g-meter__fill" />
        )}
      </span>
      <span className="g-num" style={{ minWidth: `${room}ch` }}>
        {share === undefined ? <span className="g-quiet">no data</span> : text}
      </span>
    </span>
  )
}
