// The head of a page: its name as the only h1, a sentence on what is seen, its actions; sets the title of the window.
import { type ReactNode, useEffect } from 'react'
import './page.css'

interface PageHeadProps {
  readonly title: string
  readonly lead?: ReactNode
  readonly crumb?: ReactNode
  readonly actions?: ReactNode
}

export function PageHead({ title, lead, crumb, actions }: PageHeadProps) {
  useEffect(() => {
    document.title = `${title} · Gleaner`
  }, [title])
  return (
    <header className="g-head">
      <div>
        {crumb !== undefined && <div className="g-head__crumb">{crumb}</div>}
        <h1>{title}</h1>
        {lead !== undefined && <p className="g-head__lead">{lead}</p>}
      </div>
      {actions !== undefined && <div className="g-head__actions">{actions}</div>}
    </header>
  )
}
