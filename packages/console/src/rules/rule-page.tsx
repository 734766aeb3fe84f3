// One rule: written with its effect beside it, its earlier forms, what it did. `new` starts from nothing or a ready-made one.
import { Skeleton } from '@patternfly/react-core'
import { Link, useSearch } from 'wouter'
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { draftOf, emptyDraft } from './draft.ts'
import { RevisionsPanel } from './revisions-panel.tsx'
import { RuleDeeds } from './rule-deeds.tsx'
import { RuleForm } from './rule-form.tsx'
import './rules.css'

export function RulePage({ id }: { readonly id: string }) {
  return id === 'new' ? <NewRule /> : <ExistingRule id={id} />
}

function NewRule() {
  const from = new URLSearchParams(useSearch()).get('from')
  const ready = useApi('listReadyMadeRules', {})
  const chosen = ready.data?.items.find(({ definition }) => definition.name === from)
  const head = (
    <PageHead
      title="New rule"
      crumb={<Link href="/rules">Rules</Link>}
      lead={
        chosen === undefined
          ? 'It begins in observe: recorded, not done.'
          : `After ${chosen.source.replace(/\.$/, '')}. It begins in observe.`
      }
    />
  )
  if (from !== null && ready.isPending) {
    return (
      <>
        {head}
        <Skeleton height="70vh" screenreaderText="Reading the ready-made rule" />
      </>
    )
  }
  return (
    <>
      {head}
      <RuleForm key={from} rule={undefined} start={chosen === undefined ? emptyDraft : draftOf(chosen.definition)} />
    </>
  )
}

function ExistingRule({ id }: { readonly id: string }) {
  const rule = useApi('getRule', { params: { id } })
  const { data } = rule
  return (
    <>
      <PageHead
        title={data?.definition.name ?? 'Rule'}
        crumb={<Link href="/rules">Rules</Link>}
        lead={
          data && (
            <>
              Revision {data.revision}, changed <RelativeTime at={data.updatedAt} /> by {data.updatedBy}
              {data.source === 'file' && '. It stands in the configuration file and is changed there'}.
            </>
          )
        }
      />
      <Answer read={rule} height="70vh" what="the rule">
        {(view) => (
          <div className="g-stack">
            <RuleForm key={view.id} rule={view} start={draftOf(view.definition)} />
            <div className="g-columns">
              <RuleDeeds rule={view} />
              <RevisionsPanel rule={view} />
            </div>
          </div>
        )}
      </Answer>
    </>
  )
}
