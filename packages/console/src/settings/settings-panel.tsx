// What is configured, from where, with what effect.
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { Panel } from '../parts/panel.tsx'

function show(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined ? 'not set' : JSON.stringify(value)
}

export function SettingsPanel() {
  const settings = useApi('getSettings', {})
  return (
    <Panel title="What is configured">
      <Answer read={settings} height="240px" what="the settings">
        {({ items }) => (
          <div className="g-scroll">
            <table className="g-table">
              <caption className="g-hidden">Settings</caption>
              <thead>
                <tr>
                  <th scope="col">Setting</th>
                  <th scope="col">Value</th>
                  <th scope="col">From</th>
                  <th scope="col">Effect</th>
                </tr>
              </thead>
              <tbody>
                {items.map(({ name, value, source, where, effect }) => (
                  <tr key={name}>
                    <td>
                      <code>{name}</code>
                    </td>
                    <td className="g-settings__value">
                      <code>{show(value)}</code>
                    </td>
                    <td className="g-nowrap">
                      {source}
                      {where !== undefined && <span className="g-quiet"> {where}</span>}
                    </td>
                    <td className="g-quiet">{effect}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Answer>
    </Panel>
  )
}
