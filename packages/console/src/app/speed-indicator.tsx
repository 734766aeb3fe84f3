// Says that time here is not real time, and what time it is there.
import { Label, Tooltip } from '@patternfly/react-core'
import { useStatus } from '../api/use-status.ts'
import { clockTime } from '../time/absolute.ts'
import { useNow } from '../time/use-now.ts'
import { figure } from '../words/quantity.ts'

export function SpeedIndicator() {
  const { data } = useStatus()
  const nowMs = useNow()
  if (data === undefined || data.speed === 1) return null
  return (
    <Tooltip
      content={`A simulated cloud: its clock runs ${figure(data.speed)} times faster than yours. All times shown are in its clock.`}
    >
      <Label color="yellow" variant="outline" className="g-speed" tabIndex={0}>
        <span className="g-num">
          simulated ×{figure(data.speed)} · {clockTime(nowMs)}
        </span>
      </Label>
    </Tooltip>
  )
}
