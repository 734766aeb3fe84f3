// Every message of one channel that is kept, newest first, with what came of it.
import type { DeliveryView } from '@gleaner/model'
import { Skeleton } from '@patternfly/react-core'
import { Link } from 'wouter'
import { client } from '../api/client.ts'
import { useApi } from '../api/use-api.ts'
import { Empty } from '../parts/empty.tsx'
import { ErrorNote } from '../parts/error-note.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { usePagedRows } from '../parts/use-paged-rows.ts'
import { type Column, VirtualTable } from '../parts/virtual-table.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { counted } from '../words/quantity.ts'
import { Outcome } from './outcome.tsx'
import { toldOf } from './told-of.ts'

export function ChannelPage({ id }: { readonly id: string }) {
  const channel = useApi('listChannels', {}).data?.items.find((each) => each.id === id)
  const rows = usePagedRows({
    key: ['listDeliveries', { id }],
    read: (query, signal) => client.call('listDeliveries', { params: { id }, query, signal }),
  })
  const { total, error } = rows
  return (
    <>
      <PageHead
        title={id}
        crumb={<Link href="/notifications">Notifications</Link>}
        lead={channel === undefined ? undefined : toldOf(channel)}
      />
      {total !== undefined && (
        <div className="g-filters">
          <span className="g-filters__count g-num" role="status">
            {counted(total, 'message')}
          </span>
        </div>
      )}
      {error !== null && <ErrorNote error={error} retry={rows.retry} />}
      {total === undefined ? (
        error === null && <Skeleton height="60vh" screenreaderText="Reading the messages" />
      ) : total === 0 ? (
        <Empty title="Nothing was sent yet">Messages stand here as soon as there is something to tell.</Empty>
      ) : (
        <VirtualTable
          label={`Messages to ${id}`}
          columns={columns}
          total={total}
          rowAt={rows.rowAt}
          keyOf={(delivery) => delivery.id}
          onRange={rows.onRange}
          minWidth={820}
        />
      )}
    </>
  )
}

const columns: readonly Column<DeliveryView>[] = [
  { key: 'at', title: 'When', width: '100px', cell: ({ at }) => <RelativeTime at={at} /> },
  {
    key: 'message',
    title: 'Message',
    width: 'minmax(300px, 2fr)',
    cell: ({ sentence }) => <span title={sentence}>{sentence}</span>,
  },
  { key: 'outcome', title: 'Outcome', width: '170px', cell: (delivery) => <Outcome delivery={delivery} /> },
  {
    key: 'answer',
    title: 'What it answered',
    width: 'minmax(160px, 1fr)',
    cell: ({ fault, faultAt }) => (
      <span title={fault}>
        {fault}
        {fault !== undefined && faultAt !== undefined && ', '}
        {faultAt !== undefined && <RelativeTime at={faultAt} />}
      </span>
    ),
  },
  {
    key: 'next',
    title: 'Again',
    width: '90px',
    cell: ({ nextAt }) => nextAt !== undefined && <RelativeTime at={nextAt} />,
  },
]
