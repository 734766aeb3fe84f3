// Where notices go: every channel with what it is told of, its last deliveries, and a message to try it.
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { Empty } from '../parts/empty.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { ChannelPanel } from './channel-panel.tsx'

export function NotificationsPage() {
  const channels = useApi('listChannels', {}, { refetchMs: 30_000 })
  return (
    <>
      <PageHead
        title="Notifications"
        lead="Channels and their secrets stay in the configuration file. Here is who is told of what, and what came of it."
      />
      <Answer read={channels} height="240px" what="the channels">
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No channel tells of what you may see">
              The section notices of the configuration names webhooks, chats and recipients of mail.
            </Empty>
          ) : (
            <div className="g-stack">
              {items.map((channel) => (
                <ChannelPanel key={channel.id} channel={channel} />
              ))}
            </div>
          )
        }
      </Answer>
    </>
  )
}
