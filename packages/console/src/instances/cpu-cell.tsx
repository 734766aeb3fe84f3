// Cores used: the course over six hours and the value now.
import type { InstanceView } from '@gleaner/model'
import { Sparkline } from '../parts/sparkline.tsx'
import { cores } from '../words/quantity.ts'
import { useSparkline } from './sparklines.ts'

export function CpuCell({ instance }: { readonly instance: InstanceView }) {
  const values = useSparkline(instance.id, instance.sampledAt)
  return (
    <span className="g-cpu">
      <Sparkline
        values={values}
        top={instance.vcpus}
        label={`cpu of ${instance.name} over 6 h, full height is ${cores(instance.vcpus)}`}
      />
      <span className="g-num">
        {instance.cpuCores === undefined ? <span className="g-quiet">no data</span> : cores(instance.cpuCores)}
      </span>
    </span>
  )
}
