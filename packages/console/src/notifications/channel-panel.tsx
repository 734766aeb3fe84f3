// One channel: what it is told of, whether it takes it, the last messages with their outcome, and the button that tries it.
import type { ChannelView, DeliveryView } from '@gleaner/model'
import { Button } from '@patternfly/react-core'
import { Link } from 'wouter'
import { useAct } from '../api/use-act.ts'
import { useMay } from '../api/use-who.ts'
import { ErrorNote } from '../parts/error-note.tsx'
import { Panel } from '../parts/panel.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { count, counted } from '../words/quantity.ts'
import { Outcome } from './outcome.tsx'
import { toldOf } from './told-of.ts'
import './notifications.css'

/** So many of the last messages; the page of the channel has the others. */
const mostShown = 8

export function ChannelPanel({ channel }: { readonly channel: ChannelView }) {
  const { id, form, host, addresses, waiting, fault, messages } = channel
  const deliveries = channel.deliveries.slice(0, mostShown)
  const test = useAct('testChannel', ['listChannels'])
  const operator = useMay('operator')
  const to = [...(addresses ?? []), ...(host === undefined ? [] : [`at ${host}`])].join(', ')
  return (
    <Panel title={id}>
      <div className="g-stack">
        <div>
          <p>
            {form === 'webhook' ? 'Webhook' : form === 'mail' ? 'Mail' : `Chat (${form})`} {to}
          </p>
          <p className="g-hint">{toldOf(channel)}</p>
          {fault !== undefined && <p className="g-fault">{fault}</p>}
          {waiting !== undefined && waiting > 0 && <p>{count(waiting)} waiting</p>}
        </div>
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
          <table className="g-table g-messages">
            <caption className="g-hidden">Last messages to {id}</caption>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Message</th>
                <th scope="col">Outcome</th>
              </tr>
            </thead>
            <tbody>
              {deliveries.map((delivery) => (
                <tr key={delivery.id}>
                  <td>
                    <RelativeTime at={delivery.at} />
                  </td>
                  <td>{delivery.sentence}</td>
                  <td>
                    <OutcomeCell delivery={delivery} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {messages > deliveries.length && (
          <p>
            <Link href={`/notifications/${encodeURIComponent(id)}`}>
              All {counted(messages, 'message')} to {id}
            </Link>
          </p>
        )}
      </div>
    </Panel>
  )
}

/** The outcome, and below it the answer of the channel, when it came, and when the message is tried again. */
function OutcomeCell({ delivery }: { readonly delivery: DeliveryView }) {
  const { attempts = 0, fault, faultAt, nextAt } = delivery
  return (
    <>
      <Outcome delivery={delivery} />
      {(fault !== undefined || (attempts > 0 && nextAt !== undefined)) && (
        <p className="g-hint">
          {fault}
          {faultAt !== undefined && fault !== undefined && (
            <>
              {' '}
              (<RelativeTime at={faultAt} />)
            </>
          )}
          {attempts > 0 && nextAt !== undefined && (
            <>
              {fault === undefined ? '' : '; '}again <RelativeTime at={nextAt} />
            </>
          )}
        </p>
      )}
    </>
  )
}
