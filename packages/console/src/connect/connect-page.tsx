// How to connect a real cloud: the lines to write, how to try them, what happens then.
import { useStatus } from '../api/use-status.ts'
import { CopyBox } from '../parts/copy-box.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Panel } from '../parts/panel.tsx'
import './connect.css'

const libvirtLines = `clouds:
  - id: lab
    kind: libvirt
    hosts:
      - { name: node-1, uri: 'qemu:///system' }
      - { name: node-2, uri: 'qemu+ssh://gleaner@node-2/system' }
`

export function ConnectPage() {
  const { data } = useStatus()
  return (
    <>
      <PageHead
        title="Connect your cloud"
        lead="A new cloud begins in observe for everything: Gleaner looks, says what it would do, and does nothing until you let it."
      />
      <ol className="g-steps g-stack">
        <li>
          <Panel title="Write down where it is">
            <p>
              In the configuration file, <code>gleaner.yaml</code>. Each host by the URI that <code>virsh -c</code>{' '}
              takes: the local socket, ssh, or TLS. Nothing is installed on the hosts.
            </p>
            <CopyBox text={libvirtLines} label="Lines for libvirt" />
            <p className="g-hint">
              OpenStack and OpenNebula are not connected by this version yet; libvirt and the simulated cloud are.
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
            <p>
              The guest reporter is a small shell script with a systemd unit under <code>integrations/guest/</code>. It
              tells who is logged in and how long nobody has touched the keyboard, over the serial port of the guest,
              without a network.
            </p>
          </Panel>
        </li>
      </ol>
      {data !== undefined && data.clouds.length > 0 && (
        <p className="g-hint g-steps__now">
          Connected now: {data.clouds.map(({ id, kind, state }) => `${id} (${kind}, ${state})`).join(', ')}.
        </p>
      )}
    </>
  )
}
