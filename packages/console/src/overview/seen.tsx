// What is seen, in one sentence, with how old it is.
import { useStatus } from '../api/use-status.ts'
import { RelativeTime } from '../time/relative-time.tsx'
import { counted } from '../words/quantity.ts'

export function Seen() {
  const { data } = useStatus()
  if (data === undefined) return <>Reading …</>
  const { clouds } = data
  if (clouds.length === 0) return <>No cloud is connected yet.</>
  const hosts = clouds.reduce((sum, cloud) => sum + cloud.hosts, 0)
  const instances = clouds.reduce((sum, cloud) => sum + cloud.instances, 0)
  const running = clouds.reduce((sum, cloud) => sum + cloud.runningInstances, 0)
  const oldest = clouds
    .map(({ takenAt }) => takenAt)
    .filter((at) => at !== undefined)
    .toSorted()[0]
  return (
    <>
      {counted(hosts, 'host')} and {counted(instances, 'instance')}, {counted(running, 'running', 'running')}, in{' '}
      {clouds.length === 1 ? `${clouds[0]?.id} (${clouds[0]?.kind})` : counted(clouds.length, 'cloud')}
      {oldest !== undefined && (
        <>
          ; read <RelativeTime at={oldest} />
        </>
      )}
      .
    </>
  )
}
