// "No rule does anything here until …": for how long and why. Without end only for administrators.
import type { ProjectView } from '@gleaner/model'
import { Button } from '@patternfly/react-core'
import { useState } from 'react'
import { useAct } from '../api/use-act.ts'
import { useMay } from '../api/use-who.ts'
import { ErrorNote } from '../parts/error-note.tsx'

const spans = [
  ['1d', '1 day'],
  ['7d', '1 week'],
  ['30d', '30 days'],
  ['90d', '90 days'],
] as const
const noEnd = 'no end'

export function OptOutForm({ project, onClose }: { readonly project: ProjectView; readonly onClose: () => void }) {
  const optOut = useAct('optOutProject', ['listProjects', 'getPlan'])
  const administrator = useMay('administrator')
  const [span, setSpan] = useState('7d')
  const [reason, setReason] = useState('')
  const { id, name } = project
  return (
    <form
      className="g-stack"
      aria-label={`Opt ${name} out of the rules`}
      onSubmit={(event) => {
        event.preventDefault()
        const end = span === noEnd ? { withoutEnd: true } : { for: span }
        optOut.mutate({ params: { id }, body: { ...end, reason: reason.trim() } }, { onSuccess: onClose })
      }}
    >
      <select
        className="g-input"
        aria-label={`How long ${name} is opted out`}
        value={span}
        onChange={(event) => setSpan(event.target.value)}
      >
        {spans.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
        {administrator && <option value={noEnd}>without end</option>}
      </select>
      <input
        className="g-input"
        aria-label={`Why ${name} is opted out`}
        maxLength={500}
        required
        placeholder="why; others see it"
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <div className="g-row">
        <Button type="submit" size="sm" isLoading={optOut.isPending}>
          Opt out
        </Button>
        <Button variant="link" size="sm" onClick={onClose}>
          Cancel
        </Button>
      </div>
      {optOut.error !== null && <ErrorNote error={optOut.error} />}
    </form>
  )
}
