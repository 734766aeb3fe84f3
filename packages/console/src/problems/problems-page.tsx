// What is wrong, one row per cause, with what to do about it.
import type { ProblemView } from '@gleaner/model'
import { Button } from '@patternfly/react-core'
import { useAct } from '../api/use-act.ts'
import { useApi } from '../api/use-api.ts'
import { useMay } from '../api/use-who.ts'
import { Answer } from '../parts/answer.tsx'
import { Chip } from '../parts/chip.tsx'
import { Empty } from '../parts/empty.tsx'
import { ErrorNote } from '../parts/error-note.tsx'
import { Mark } from '../parts/mark.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { useUrlState } from '../parts/use-url-state.ts'
import { RelativeTime } from '../time/relative-time.tsx'
import { count } from '../words/quantity.ts'

export function ProblemsPage() {
  const url = useUrlState()
  const all = url.get('all') === 'true'
  const problems = useApi('listProblems', { query: all ? { all } : {} }, { keepPrevious: true })
  return (
    <>
      <PageHead
        title="Problems"
        lead="Errors found while observing or acting. Clearing one hides it until it comes back; what goes away by itself is shown as resolved."
      />
      <div className="g-filters">
        <Chip
          text="cleared and resolved ones too"
          on={all}
          onClick={() => url.set({ all: all ? undefined : 'true' })}
        />
      </div>
      <Answer read={problems} height="40vh" what="the problems">
        {({ items }) =>
          items.length === 0 ? (
            <section className="g-panel">
              <Empty title="No problem is open">
                Clouds that do not answer, actions that fail, rules that lack data: each would stand here once, with how
                often it was seen and what to do.
              </Empty>
            </section>
          ) : (
            <ul className="g-stack">
              {items
                .toSorted((a, b) => rank(a) - rank(b) || b.lastSeen.localeCompare(a.lastSeen))
                .map((problem) => (
                  <Problem key={problem.id} problem={problem} />
                ))}
            </ul>
          )
        }
      </Answer>
    </>
  )
}

function rank({ state, severity }: ProblemView): number {
  return (state === 'open' ? 0 : 2) + (severity === 'error' ? 0 : 1)
}

function Problem({ problem }: { readonly problem: ProblemView }) {
  const clear = useAct('clearProblem', ['listProblems', 'getStatus'])
  const may = useMay('operator')
  const { id, severity, subject, remedy, firstSeen, lastSeen, state, clearedBy } = problem
  return (
    <li className="g-panel">
      <div className="g-panel__head">
        <h2>
          {state === 'resolved' ? (
            <Mark shape="dot" tone="good" />
          ) : severity === 'error' ? (
            <Mark shape="cross" tone="danger" />
          ) : (
            <Mark shape="triangle" tone="warning" />
          )}
          {problem.sentence}
        </h2>
        {state === 'open' && (
          <Button
            variant="secondary"
            size="sm"
            isDisabled={!may}
            isLoading={clear.isPending}
            aria-label={`Clear: ${problem.sentence}`}
            onClick={() => clear.mutate({ params: { id } })}
          >
            Clear
          </Button>
        )}
      </div>
      <div className="g-panel__body">
        <p>
          <strong>What to do:</strong> {remedy}
        </p>
        <p className="g-hint">
          {severity} · concerns {subject} · seen {count(problem.count)} times, first <RelativeTime at={firstSeen} />,
          last <RelativeTime at={lastSeen} />
          {state === 'resolved' && ' · went away by itself'}
          {state === 'cleared' && ` · cleared by ${clearedBy ?? 'somebody'}`}
        </p>
        {clear.error !== null && <ErrorNote error={clear.error} />}
      </div>
    </li>
  )
}
