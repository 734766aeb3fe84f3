// One channel: what it is told of, whether it takes it, the last messages with their outcome, and the button that tries it.
import type { ChannelView } from '@gleaner/model'
import { Button } from '@patternfly/react-core'
import { useAct } from '../api/use-act.ts'
import { useMay } from '../api/use-who.ts'
import { ErrorNote } from '../parts/error-note.tsx'
import { Panel } from '../parts/panel.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { count } from '../words/quantity.ts'

export function ChannelPanel({ channel }: { readonly channel: ChannelView }) {
  const { id, form, host, addresses, waiting, fault, deliveries } = channel
  const test = useAct('testChannel', ['listChannels'])
  const operator = useMay('operator')
  const to = [...(addresses ?? []), ...(host === undefined ? [] : [`at ${host}`])].join(', ')
  return (
    <Panel title={id}>
      <p>
        {form === 'webhook' ? 'Webhook' : form === 'mail' ? 'Mail' : `Chat (${form})`} {to}
      </p>
      <p className="g-hint">{told(channel)}</p>
      {fault !== undefined && <p className="g-fault">{fault}</p>}
      {waiting !== undefined && waiting > 0 && <p>{count(waiting)} waiting</p>}
      {operator && (
        <div className="g-row">
          <Button
            variant="secondary"
            size="sm"
            isLoading={test.isPending}
            aria-label={`Send a test message to ${id}`}
            onClick={() => test.mutate({ params: { id } })}
          >
            Send a test message
          </Button>
          <span role="status">
            {test.data !== undefined &&
              (test.data.outcome === 'delivered'
                ? 'It was taken.'
                : `It was not taken: ${test.data.fault ?? 'refused'}.`)}
          </span>
        </div>
      )}
      {test.error !== null && <ErrorNote error={test.error} />}
      {deliveries.length === 0 ? (
        <p className="g-quiet">Nothing was sent yet.</p>
      ) : (
        <table className="g-table">
          <caption className="g-hidden">Last messages to {id}</caption>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Message</th>
              <th scope="col">Outcome</th>
            </tr>
          </thead>
          <tbody>
            {deliveries.map(({ at, sentence, outcome, attempts }) => (
              <tr key={`${at} ${sentence}`}>
                <td className="g-nowrap">
                  <RelativeTime at={at} />
                </td>
                <td>{sentence}</td>
                <td className="g-nowrap">
                  {outcome}
                  {attempts !== undefined && attempts > 0 && `, tried ${count(attempts)} times`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  )
}

function told({ kinds, capabilities, projects, clouds }: ChannelView): string {
  const parts = [
    kinds === null ? 'everything' : kinds.join(', '),
    ...(projects === null ? [] : [`of the projects ${projects.join(', ')}`]),
    ...(capabilities === null ? [] : [`by ${capabilities.join(', ')}`]),
    ...(clouds === null ? [] : [`in the clouds ${clouds.join(', ')}`]),
  ]
  return `Is told of ${parts.join(' ')}.`
}
