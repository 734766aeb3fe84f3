// That a lease is one of a series: by which rule, and how to call off all that have not begun.
import type { LeaseView } from '@gleaner/model'
import { Button } from '@patternfly/react-core'
import { useState } from 'react'
import { useAct } from '../api/use-act.ts'
import { useMay } from '../api/use-who.ts'
import { ErrorNote } from '../parts/error-note.tsx'
import { counted } from '../words/quantity.ts'
import { ruleWords } from './recurrence-form.ts'

export function SeriesPart({ series }: { readonly series: NonNullable<LeaseView['series']> }) {
  const end = useAct('endLeaseSeries', ['getLease', 'listLeases', 'getLeaseCalendar'])
  const may = useMay('member')
  const [asked, setAsked] = useState(false)
  return (
    <section aria-label="The series" className="g-lease-series">
      <h3>One of a series</h3>
      <p>
        {ruleWords(series.rule)} <span className="g-quiet">by the clock of {series.timeZone}</span>
      </p>
      <div className="g-row">
        {end.data !== undefined ? (
          <p role="status">
            {end.data.items.length === 0
              ? 'None of them had not begun yet.'
              : `${counted(end.data.items.length, 'lease')} called off.`}
          </p>
        ) : asked ? (
          <>
            <Button
              variant="danger"
              isDisabled={!may}
              isLoading={end.isPending}
              onClick={() => end.mutate({ params: { id: series.id }, query: {} })}
            >
              Yes, call off all to come
            </Button>
            <Button variant="link" onClick={() => setAsked(false)}>
              No
            </Button>
          </>
        ) : (
          <Button variant="secondary" isDisabled={!may} onClick={() => setAsked(true)}>
            Call off all of the series that have not begun
          </Button>
        )}
      </div>
      {end.error !== null && <ErrorNote error={end.error} />}
    </section>
  )
}
