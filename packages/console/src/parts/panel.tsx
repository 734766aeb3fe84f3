// A titled surface.
import { type ReactNode, useId } from 'react'
import './page.css'

interface PanelProps {
  readonly title: string
  readonly aside?: ReactNode
  readonly children: ReactNode
}

export function Panel({ title, aside, children }: PanelProps) {
  const id = useId()
  return (
    <section className="g-panel" aria-labelledby={id}>
      <div className="g-panel__head">
        <h2 id={id}>{title}</h2>
        {aside !== undefined && <div className="g-quiet">{aside}</div>}
      </div>
      <div className="g-panel__body">{children}</div>
    </section>
  )
}
