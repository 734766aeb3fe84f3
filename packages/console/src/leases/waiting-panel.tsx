// Who waits for a place, in the order in which places are given; nothing is shown while nobody does.
import { useApi } from '../api/use-api.ts'
import { Panel } from '../parts/panel.tsx'
import { dayTime } from '../time/absolute.ts'
import { RelativeTime } from '../time/relative-time.tsx'
import { wantsText } from './lease-words.tsx'

export function WaitingPanel({ onOpen }: { readonly onOpen: (id: string) => void }) {
  const read = useApi('listLeases', { query: { state: 'waiting', limit: 100 } }, { keepPrevious: true })
  const waiting = (read.data?.items ?? []).toSorted(
    (a, b) => (a.waiting?.position ?? Number.POSITIVE_INFINITY) - (b.waiting?.position ?? Number.POSITIVE_INFINITY),
  )
  if (waiting.length === 0) return null
  return (
    <Panel title="Waiting for a place">
      <table className="g-table">
        <thead>
          <tr>
            <th scope="col">Place</th>
            <th scope="col">Lease</th>
            <th scope="col">Project</th>
            <th scope="col">Wants</th>
            <th scope="col">Earliest, as things are</th>
            <th scope="col">Gives up</th>
          </tr>
        </thead>
        <tbody>
          {waiting.map(({ id, name, project, reservations, waiting: place }) => (
            <tr key={id}>
              <td className="g-num">
                {place?.position} of {place?.of}
                {place !== undefined && place.priority !== 0 && (
                  <span className="g-hint"> priority {place.priority}</span>
                )}
              </td>
              <td>
                <button type="button" className="g-plain g-link" onClick={() => onOpen(id)}>
                  {name}
                </button>
              </td>
              <td>{project}</td>
              <td>{wantsText(reservations)}</td>
              <td>{place?.earliest === undefined ? 'none' : dayTime(Date.parse(place.earliest))}</td>
              <td>{place !== undefined && <RelativeTime at={place.until} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  )
}
