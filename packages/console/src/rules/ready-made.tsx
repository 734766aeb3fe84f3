// Rules after published criteria, to begin with.
import { Link } from 'wouter'
import { useApi } from '../api/use-api.ts'
import { useMay } from '../api/use-who.ts'
import { Answer } from '../parts/answer.tsx'
import { Panel } from '../parts/panel.tsx'
import { Expression } from './expression.tsx'

export function ReadyMade() {
  const ready = useApi('listReadyMadeRules', {})
  const may = useMay('operator')
  return (
    <Panel title="Ready-made rules" aside="after published criteria">
      <Answer read={ready} height="240px" what="the ready-made rules">
        {({ items }) => (
          <ul className="g-list">
            {items.map(({ source, definition }) => (
              <li key={definition.name} className="g-ready">
                <div>
                  <strong>{definition.name}</strong> <span className="g-quiet">· {source}</span>
                  {definition.description !== undefined && <p>{definition.description}</p>}
                  <Expression text={definition.expression} />
                </div>
                {may && (
                  <Link
                    href={`/rules/new?from=${encodeURIComponent(definition.name)}`}
                    aria-label={`Begin with it: ${definition.name}`}
                  >
                    Begin with it
                  </Link>
                )}
              </li>
            ))}
          </ul>
        )}
      </Answer>
    </Panel>
  )
}
