// How to connect a real cloud: the lines to write, how to try them, what happens then.
import { useStatus } from '../api/use-status.ts'
import { Choice } from '../parts/choice.tsx'
import { CopyBox } from '../parts/copy-box.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Panel } from '../parts/panel.tsx'
import { useUrlState } from '../parts/use-url-state.ts'
import { type CloudKindName, cloudKindOf, cloudKinds } from './cloud-kinds.ts'
import './connect.css'

const desktopLines = `gleaner desktops join-token --host desk-17
gleaner agent join TOKEN --server https://gleaner.example.org:7878
`

export function ConnectPage() {
  const { data } = useStatus()
  const address = useUrlState()
  const kind = cloudKindOf(address.get('kind'))
  return (
    <>
      <PageHead
        title="Connect your cloud"
        lead="A new cloud begins in observe for everything: Gleaner looks, says what it would do, and does nothing until you let it."
      />
      <ol className="g-steps g-stack">
        <li>
          <Panel
            title="Write down where it is"
            aside={
              <Choice<CloudKindName>
                label="Kind of cloud"
                value={kind.value}
                options={cloudKinds}
                onChange={(value) => address.set({ kind: value })}
              />
            }
          >
            <p>
              In the configuration file, <code>gleaner.yaml</code>. {kind.lead}
            </p>
            <CopyBox key={kind.value} text={kind.lines} label={`Lines for ${kind.text}`} />
            <p className="g-hint">
              Rights, marks and what each action gives back: <code>docs/guides/{kind.guide}</code>
            </p>
          </Panel>
        </li>
        <li>
          <Panel title="Try it before anything runs">
            <p>Tells for each host whether it is reachable, which rights there are, and what is missing.</p>
            <CopyBox text="npx gleaner config check" label="Command that checks the configuration" />
          </Panel>
        </li>
        <li>
          <Panel title="Start, and watch">
            <p>
              Start Gleaner again; the hosts appear on the overview with the first reading. Measuring takes a little
              longer: a rule over 24 h says "unknown" until a day is known, and unknown never acts.
            </p>
            <CopyBox text="npx gleaner serve --config gleaner.yaml" label="Command that starts Gleaner" />
          </Panel>
        </li>
        <li>
          <Panel title="Let it see inside (optional)">
            <p>{kind.inside}</p>
          </Panel>
        </li>
        <li>
          <Panel title="Let desktops join (optional)">
            <p>
              A host of a cloud that is somebody's desktop works for others only while nobody is at it. The first line
              is run here, the second on the desktop: see <code>docs/guides/desktops.md</code>.
            </p>
            <CopyBox text={desktopLines} label="Commands with which a desktop joins" />
          </Panel>
        </li>
      </ol>
      {data !== undefined && data.clouds.length > 0 && (
        <p className="g-hint g-steps__now">
          Connected now: {data.clouds.map(({ id, kind: of, state }) => `${id} (${of}, ${state})`).join(', ')}.
        </p>
      )}
    </>
  )
}
