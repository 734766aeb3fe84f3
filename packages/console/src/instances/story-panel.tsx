// The story of an instance or host in the order of time, newest first.
import type { WhyView } from '@gleaner/model'
import { Panel } from '../parts/panel.tsx'
import { RelativeTime } from '../time/relative-time.tsx'

export function StoryPanel({ timeline }: { readonly timeline: WhyView['timeline'] }) {
  return (
    <Panel title="Its story">
      {timeline.length === 0 ? (
        <p className="g-quiet">Nothing has happened to it since Gleaner began to look.</p>
      ) : (
        <ol className="g-story">
          {timeline.toReversed().map(({ at, kind, sentence }, i) => (
            <li key={`${at} ${kind} ${i}`}>
              <div className="g-quiet">
                <RelativeTime at={at} /> · {kind}
              </div>
              {sentence}
            </li>
          ))}
        </ol>
      )}
    </Panel>
  )
}
