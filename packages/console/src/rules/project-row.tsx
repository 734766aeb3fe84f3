// One project: its opt-out, which its members may set and end, and its limits, which administrators set.
import { actionLadder, modeCeilings, type ProjectView } from '@gleaner/model'
import { Button } from '@patternfly/react-core'
import { useState } from 'react'
import { useAct } from '../api/use-act.ts'
import { useMay } from '../api/use-who.ts'
import { ErrorNote } from '../parts/error-note.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { count } from '../words/quantity.ts'
import { OptOutForm } from './opt-out-form.tsx'

const touched = ['listProjects', 'getPlan'] as const

export function ProjectRow({ project }: { readonly project: ProjectView }) {
  const { id, name, optOut, grace, strongest, mode, instances } = project
  const limit = useAct('limitProject', touched)
  const optIn = useAct('optInProject', touched)
  const member = useMay('member')
  const administrator = useMay('administrator')
  const [isAsking, setAsking] = useState(false)
  const failed = limit.error ?? optIn.error
  const set = (body: Parameters<typeof limit.mutate>[0]['body']) => limit.mutate({ params: { id }, body })
  return (
    <tr>
      <td>
        <strong>{name}</strong>
        <div className="g-hint">
          {count(instances)} {instances === 1 ? 'instance' : 'instances'}
        </div>
        {failed !== null && <ErrorNote error={failed} />}
      </td>
      <td>
        {optOut === undefined ? (
          'count'
        ) : (
          <>
            opted out,{' '}
            {optOut.until === undefined ? (
              'without end'
            ) : (
              <>
                ends <RelativeTime at={optOut.until} />
              </>
            )}
            <div className="g-hint">
              {optOut.reason} – {optOut.by}
            </div>
          </>
        )}
        {member && !isAsking && (
          <div>
            <Button
              variant="link"
              isInline
              aria-label={`${optOut === undefined ? 'Opt out' : 'Change'} ${name}`}
              onClick={() => setAsking(true)}
            >
              {optOut === undefined ? 'Opt out' : 'Change'}
            </Button>{' '}
            {optOut !== undefined && (
              <Button
                variant="link"
                isInline
                aria-label={`End it: the opt-out of ${name}`}
                isLoading={optIn.isPending}
                onClick={() => optIn.mutate({ params: { id } })}
              >
                End it
              </Button>
            )}
          </div>
        )}
        {isAsking && <OptOutForm project={project} onClose={() => setAsking(false)} />}
      </td>
      <td>
        {administrator ? (
          <GraceField key={grace} name={name} grace={grace} onSet={(value) => set({ grace: value })} />
        ) : (
          (grace ?? '–')
        )}
      </td>
      <td>
        <Choice
          label={`Severest action in ${name}`}
          value={strongest}
          values={actionLadder}
          disabled={!administrator}
          onSet={(value) => set({ strongest: value })}
        />
      </td>
      <td>
        <Choice
          label={`Mode of rules in ${name}`}
          value={mode}
          values={modeCeilings}
          disabled={!administrator}
          onSet={(value) => set({ mode: value })}
        />
      </td>
    </tr>
  )
}

interface ChoiceProps<T extends string> {
  readonly label: string
  readonly value: T | undefined
  readonly values: readonly T[]
  readonly disabled: boolean
  readonly onSet: (value: T | null) => void
}

function Choice<T extends string>({ label, value, values, disabled, onSet }: ChoiceProps<T>) {
  return (
    <select
      className="g-input"
      aria-label={label}
      value={value ?? ''}
      disabled={disabled}
      onChange={(event) => onSet(values.find((each) => each === event.target.value) ?? null)}
    >
      <option value="">as the rules say</option>
      {values.map((each) => (
        <option key={each} value={each}>
          {each}
        </option>
      ))}
    </select>
  )
}

interface GraceProps {
  readonly name: string
  readonly grace: string | undefined
  readonly onSet: (value: string | null) => void
}

function GraceField({ name, grace = '', onSet }: GraceProps) {
  const [text, setText] = useState(grace)
  const wanted = text.trim()
  return (
    <form
      className="g-row"
      onSubmit={(event) => {
        event.preventDefault()
        onSet(wanted === '' ? null : wanted)
      }}
    >
      <input
        className="g-input"
        size={14}
        aria-label={`Least grace in ${name}`}
        placeholder="as the rules say"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {wanted !== grace && (
        <Button type="submit" size="sm">
          Save
        </Button>
      )}
    </form>
  )
}
