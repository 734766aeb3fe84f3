// What an action gives back: on the machine itself, and to the scheduler of the cloud, which are not the same.
import type { YieldView } from '@gleaner/model'
import { cores, memory } from '../words/quantity.ts'

export function GivesBack({ gives }: { readonly gives: YieldView }) {
  const sellable = gives.sellableCores > 0 || gives.sellableMemoryMiB > 0
  if (!sellable && gives.physicalCores === 0 && gives.physicalMemoryMiB === 0)
    return <span className="g-quiet">nothing</span>
  return (
    <>
      <span className="g-num">
        {memory(gives.physicalMemoryMiB)}, {cores(gives.physicalCores)}
      </span>{' '}
      <span className="g-quiet">on the machine · </span>
      {sellable ? (
        <span className="g-num">
          {cores(gives.sellableCores)}, {memory(gives.sellableMemoryMiB)} <span className="g-quiet">sellable</span>
        </span>
      ) : (
        <span className="g-quiet">nothing sellable</span>
      )}
    </>
  )
}
