// One user: who it is, and the form that decides. Ending an access and forgetting somebody ask once more.
import { roles, type Role, type UserView } from '@gleaner/model'
import { Button } from '@patternfly/react-core'
import { useState } from 'react'
import { useAct } from '../api/use-act.ts'
import { ErrorNote } from '../parts/error-note.tsx'
import { RelativeTime } from '../time/relative-time.tsx'

const stateWord = { waiting: 'waits for you', active: 'active', ended: 'access ended' } as const

export function UserRow({ user }: { readonly user: UserView }) {
  const change = useAct('changeUser', ['listUsers'])
  const remove = useAct('removeUser', ['listUsers'])
  const [role, setRole] = useState<Role>(user.role)
  const [projects, setProjects] = useState(user.projects.join(', '))
  const [isAsked, setAsked] = useState(false)
  const isActive = user.state === 'active'
  const given = projects
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  const isChanged = role !== user.role || given.join() !== user.projects.join()
  const decide = (active: boolean) =>
    change.mutate({ params: { id: user.id }, body: { active, role, projects: given } })
  const failed = change.error ?? remove.error
  return (
    <tr>
      <td className="g-settings__value">
        <strong>{user.subject}</strong>
        <div className="g-quiet">
          by {user.issuer}, serial {user.serial}
        </div>
      </td>
      <td>
        {stateWord[user.state]}
        {user.decidedBy !== undefined && <div className="g-quiet">by {user.decidedBy}</div>}
      </td>
      <td>
        <RelativeTime at={user.lastSeen} />
      </td>
      <td>
        <RelativeTime at={user.certificateEndsAt} />
        {user.expiresSoon && <div>ends soon</div>}
      </td>
      <td>
        <form
          className="g-row"
          aria-label={`Rights of ${user.subject}`}
          onSubmit={(event) => {
            event.preventDefault()
            decide(true)
          }}
        >
          <select
            className="g-input"
            aria-label={`Role of ${user.subject}`}
            value={role}
            onChange={(event) => setRole(roles.find((value) => value === event.target.value) ?? 'viewer')}
          >
            {roles.map((value) => (
              <option key={value}>{value}</option>
            ))}
          </select>
          <input
            className="g-input"
            aria-label={`Projects of ${user.subject}`}
            placeholder="projects, for members"
            value={projects}
            onChange={(event) => setProjects(event.target.value)}
          />
          {(!isActive || isChanged) && (
            <Button type="submit" size="sm" isLoading={change.isPending}>
              {isActive ? 'Save' : 'Activate'}
            </Button>
          )}
        </form>
        {failed !== null && <ErrorNote error={failed} />}
        {change.data?.remarks?.map((remark) => (
          <div key={remark} role="status" className="g-quiet">
            {remark}
          </div>
        ))}
      </td>
      <td className="g-right">
        {isActive ? (
          <Button
            variant="link"
            isInline
            onClick={() => decide(false)}
            aria-label={`End the access of ${user.subject}`}
          >
            End access
          </Button>
        ) : isAsked ? (
          <Button variant="danger" size="sm" onClick={() => remove.mutate({ params: { id: user.id } })}>
            Forget for good
          </Button>
        ) : (
          <Button variant="link" isInline onClick={() => setAsked(true)} aria-label={`Remove ${user.subject}`}>
            Remove
          </Button>
        )}
      </td>
    </tr>
  )
}
