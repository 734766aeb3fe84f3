// One action in full: the verdict it rests on, its steps in time, what it gave back.
import { Modal, ModalBody, ModalHeader } from '@patternfly/react-core'
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { JournalStateWord } from '../parts/marked.tsx'
import { TargetLink } from '../parts/target-link.tsx'
import { Verdict } from '../parts/verdict.tsx'
import { GivesBack } from '../plan/gives-back.tsx'
import { absolute } from '../time/absolute.ts'
import { actionWord, capabilityWord } from '../words/action-words.ts'

export function EntryDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const entry = useApi('getHistoryEntry', { params: { id } })
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="entry-title">
      <ModalHeader
        labelId="entry-title"
        title={entry.data === undefined ? 'Action' : `${actionWord[entry.data.action].verb} ${entry.data.target.name}`}
      />
      <ModalBody>
        <Answer read={entry} height="260px" what="the action">
          {(data) => {
            const times: readonly (readonly [string, string | undefined])[] = [
              ['Written down', data.intendedAt],
              ['Accepted by the cloud', data.acceptedAt],
              ['Ended', data.finishedAt],
            ]
            return (
              <dl className="g-facts">
                <div>
                  <dt>State</dt>
                  <dd>
                    <JournalStateWord state={data.state} />
                  </dd>
                </div>
                <div>
                  <dt>How it ended</dt>
                  <dd>{data.outcome ?? 'it has not'}</dd>
                </div>
                <div>
                  <dt>Cause</dt>
                  <dd>
                    {data.cause} ({capabilityWord[data.capability].name.toLowerCase()})
                  </dd>
                </div>
                <div>
                  <dt>{data.target.kind === 'host' ? 'Host' : 'Instance'}</dt>
                  <dd>
                    <TargetLink target={data.target} />, was {data.stateBefore}
                  </dd>
                </div>
                {times.map(([name, at]) => (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd>{at === undefined ? 'not yet' : absolute(at)}</dd>
                  </div>
                ))}
                <div>
                  <dt>Calls sent</dt>
                  <dd>{data.attempts}</dd>
                </div>
                <div style={{ gridColumn: '1 / -1' }}>
                  <dt>Why</dt>
                  <dd>
                    <Verdict verdict={data.reason} open />
                  </dd>
                </div>
                <div style={{ gridColumn: '1 / -1' }}>
                  <dt>Gives back</dt>
                  <dd>
                    <GivesBack gives={data.gives} />
                  </dd>
                </div>
              </dl>
            )
          }}
        </Answer>
      </ModalBody>
    </Modal>
  )
}
