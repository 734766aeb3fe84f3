// The connected clouds: how fresh, what is missing, what each action means there and gives back.
import { Link } from 'wouter'
import { useStatus } from '../api/use-status.ts'
import { Answer } from '../parts/answer.tsx'
import { Mark } from '../parts/mark.tsx'
import { Panel } from '../parts/panel.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { count } from '../words/quantity.ts'

export function CloudsPanel() {
  const status = useStatus()
  return (
    <Panel title="Clouds" aside={<Link href="/connect">Connect your cloud</Link>}>
      <Answer read={status} height="140px" what="the clouds">
        {({ clouds }) =>
          clouds.length === 0 ? (
            <p className="g-quiet">
              None is connected. <Link href="/connect">A few lines of YAML</Link> are enough.
            </p>
          ) : (
            <ul className="g-list">
              {clouds.map((cloud) => (
                <li key={cloud.id}>
                  <div>
                    {cloud.state === 'fresh' ? (
                      <Mark shape="dot" tone="good" />
                    ) : cloud.state === 'starting' ? (
                      <Mark shape="ring" tone="accent" />
                    ) : (
                      <Mark shape="triangle" tone="warning" />
                    )}
                    <strong>{cloud.id}</strong>{' '}
                    <span className="g-quiet">
                      {cloud.kind} at {cloud.address} · {cloud.state}
                      {cloud.takenAt !== undefined && (
                        <>
                          , read <RelativeTime at={cloud.takenAt} />
                        </>
                      )}{' '}
                      · {count(cloud.hosts)} hosts, {count(cloud.instances)} instances, {count(cloud.projects)} projects
                    </span>
                  </div>
                  {cloud.gaps.map(({ scope, reason }) => (
                    <p key={scope}>
                      <Mark shape="triangle" tone="warning" />
                      {scope} is missing: {reason}
                    </p>
                  ))}
                  <table className="g-table">
                    <caption className="g-hidden">Actions on {cloud.id}</caption>
                    <thead>
                      <tr>
                        <th scope="col">Action</th>
                        <th scope="col">Means there</th>
                        <th scope="col">Gives back</th>
                      </tr>
                    </thead>
                    <tbody>
                      {cloud.actions.map(({ action, meaning, givesBack }) => {
                        const parts = [
                          givesBack.physicalCores && 'cores',
                          givesBack.physicalMemory && 'memory on the machine',
                          givesBack.sellable && 'room the cloud can sell',
                        ].filter((part) => part !== false)
                        return (
                          <tr key={action}>
                            <td>{action}</td>
                            <td>{meaning}</td>
                            <td>{parts.length === 0 ? 'nothing' : parts.join(', ')}</td>
                          </tr>
                        )
                      })}
                    </tbody>
                  </table>
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
    </Panel>
  )
}
