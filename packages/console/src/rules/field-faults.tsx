// The faults of one field, below it.
import type { RuleFaultView } from '@gleaner/model'

export function FieldFaults({ faults }: { readonly faults: readonly RuleFaultView[] }) {
  return faults.map((fault) => (
    <p key={fault.message} className="g-fault">
      {fault.hint === undefined ? fault.message : `${fault.message}. ${fault.hint}`}
    </p>
  ))
}
