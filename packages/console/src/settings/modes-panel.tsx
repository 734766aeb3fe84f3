// The mode of each capability, and what it means.
import { type ModeView, modes } from '@gleaner/model'
import { useAct } from '../api/use-act.ts'
import { useStatus } from '../api/use-status.ts'
import { useMay } from '../api/use-who.ts'
import { Answer } from '../parts/answer.tsx'
import { ErrorNote } from '../parts/error-note.tsx'
import { Panel } from '../parts/panel.tsx'
import { capabilityWord, modeWord } from '../words/action-words.ts'
import './settings.css'

export function ModesPanel() {
  const status = useStatus()
  return (
    <Panel title="How far each capability may go">
      <Answer read={status} height="220px" what="the modes">
        {(data) => (
          <table className="g-table">
            <caption className="g-hidden">Modes</caption>
            <thead>
              <tr>
                <th scope="col">Capability</th>
                <th scope="col">Mode</th>
                <th scope="col">Means</th>
              </tr>
            </thead>
            <tbody>
              {data.modes.map((entry) => (
                <ModeRow key={entry.capability} entry={entry} />
              ))}
            </tbody>
          </table>
        )}
      </Answer>
    </Panel>
  )
}

function ModeRow({ entry: { capability, mode, source } }: { readonly entry: ModeView }) {
  const setMode = useAct('setMode', ['getStatus', 'getPlan', 'getSettings'])
  const may = useMay('operator')
  const fixed = source === 'file'
  const { name, does } = capabilityWord[capability]
  return (
    <tr className="g-mode">
      <th scope="row" className="g-mode__name">
        {name}
        <div className="g-hint">{does}</div>
      </th>
      <td>
        <select
          className="g-input"
          aria-label={`Mode of ${name.toLowerCase()}`}
          value={mode}
          disabled={!may || fixed || setMode.isPending}
          onChange={(event) => {
            const wanted = modes.find((candidate) => candidate === event.target.value)
            if (wanted !== undefined) setMode.mutate({ params: { capability }, body: { mode: wanted } })
          }}
        >
          {modes.map((value) => (
            <option key={value} value={value}>
              {value}
            </option>
          ))}
        </select>
      </td>
      <td>
        {modeWord[mode]}
        {fixed && <span className="g-quiet"> · set by the configuration file</span>}
        {setMode.error !== null && <ErrorNote error={setMode.error} />}
      </td>
    </tr>
  )
}
