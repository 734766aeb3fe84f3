// What was and was not decided about the host as a whole: the answer in a sentence, what stands in the way, its story.
import { useApi } from '../api/use-api.ts'
import { GatePanel } from '../instances/gate-panel.tsx'
import { HoldsPanel } from '../instances/holds-panel.tsx'
import { StoryPanel } from '../instances/story-panel.tsx'
import { Answer } from '../parts/answer.tsx'
import { Panel } from '../parts/panel.tsx'

export function HostStory({ id }: { readonly id: string }) {
  const why = useApi('whyHost', { params: { id } })
  return (
    <Answer read={why} height="200px" what="the story of the host">
      {({ summary, gate, holds, timeline }) => (
        <>
          <Panel title="Why">
            <p>{summary}</p>
          </Panel>
          {holds.length > 0 && <HoldsPanel holds={holds} />}
          <GatePanel checks={gate} />
          {timeline.length > 0 && <StoryPanel timeline={timeline} />}
        </>
      )}
    </Answer>
  )
}
