// Every change by a person: what, when, from where, before and after.
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { Panel } from '../parts/panel.tsx'
import { RelativeTime } from '../time/relative-time.tsx'

function show(value: unknown): string {
  if (value === null || value === undefined) return '–'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}

export function AuditPanel({ search }: { readonly search: string }) {
  const audit = useApi('listAudit', { query: { limit: 50, ...(search === '' ? {} : { search }) } })
  return (
    <Panel title="Audit" aside="the last 50 changes">
      <Answer read={audit} height="140px" what="the audit">
        {({ items }) =>
          items.length === 0 ? (
            <p className="g-quiet">{search === '' ? 'Nobody has changed anything yet.' : 'No change matches.'}</p>
          ) : (
            <div className="g-scroll">
              <table className="g-table">
                <caption className="g-hidden">Changes</caption>
                <thead>
                  <tr>
                    <th scope="col">When</th>
                    <th scope="col">Who, from where</th>
                    <th scope="col">What</th>
                    <th scope="col">Before</th>
                    <th scope="col">After</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map(({ at, by, from, what, object, before, after }, i) => (
                    <tr key={`${at} ${i}`}>
                      <td>
                        <RelativeTime at={at} />
                      </td>
                      <td>
                        {by} <span className="g-quiet">{from}</span>
                      </td>
                      <td>
                        {what} <strong>{object}</strong>
                      </td>
                      <td className="g-settings__value">
                        <code>{show(before)}</code>
                      </td>
                      <td className="g-settings__value">
                        <code>{show(after)}</code>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Answer>
    </Panel>
  )
}
