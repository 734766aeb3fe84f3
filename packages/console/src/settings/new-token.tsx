// Makes a token. The secret is shown once, here, and never again.
import { roles } from '@gleaner/model'
import { Button } from '@patternfly/react-core'
import { useState } from 'react'
import { useAct } from '../api/use-act.ts'
import { CopyBox } from '../parts/copy-box.tsx'
import { ErrorNote } from '../parts/error-note.tsx'
import { Mark } from '../parts/mark.tsx'

export function NewToken() {
  const make = useAct('createToken', ['listTokens'])
  const [name, setName] = useState('')
  const [role, setRole] = useState<(typeof roles)[number]>('viewer')
  const [projects, setProjects] = useState('')
  const [expiresIn, setExpiresIn] = useState('90d')
  return (
    <form
      className="g-token-form"
      aria-label="Make a token"
      onSubmit={(event) => {
        event.preventDefault()
        const list = projects
          .split(',')
          .map((part) => part.trim())
          .filter(Boolean)
        make.mutate(
          {
            body: {
              name: name.trim(),
              role,
              ...(list.length === 0 ? {} : { projects: list }),
              ...(expiresIn === '' ? {} : { expiresIn }),
            },
          },
          { onSuccess: () => setName('') },
        )
      }}
    >
      <div className="g-row">
        <div className="g-field">
          <label htmlFor="token-name">Name</label>
          <input
            id="token-name"
            className="g-input"
            required
            pattern="[A-Za-z0-9][A-Za-z0-9._@\-]{0,62}"
            title="Letters, digits, . _ @ -"
            placeholder="nightly-report"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        <div className="g-field">
          <label htmlFor="token-role">Role</label>
          <select
            id="token-role"
            className="g-input"
            value={role}
            onChange={(event) => setRole(roles.find((value) => value === event.target.value) ?? 'viewer')}
          >
            {roles.map((value) => (
              <option key={value} value={value}>
                {value}
              </option>
            ))}
          </select>
        </div>
        <div className="g-field">
          <label htmlFor="token-projects">Projects (of a member)</label>
          <input
            id="token-projects"
            className="g-input"
            placeholder="webshop, portal"
            value={projects}
            onChange={(event) => setProjects(event.target.value)}
          />
        </div>
        <div className="g-field">
          <label htmlFor="token-expires">Expires</label>
          <select
            id="token-expires"
            className="g-input"
            value={expiresIn}
            onChange={(event) => setExpiresIn(event.target.value)}
          >
            <option value="1d">in a day</option>
            <option value="30d">in 30 days</option>
            <option value="90d">in 90 days</option>
            <option value="365d">in a year</option>
            <option value="">never</option>
          </select>
        </div>
        <Button type="submit" variant="secondary" isLoading={make.isPending} className="g-token-form__make">
          Make a token
        </Button>
      </div>
      {make.error !== null && <ErrorNote error={make.error} />}
      {make.data !== undefined && (
        <div role="status">
          <p>
            The secret of <strong>{make.data.details.name}</strong>, shown this once:
          </p>
          <CopyBox text={make.data.token} label="Secret of the token" />
          {make.data.remarks?.map((remark) => (
            <p key={remark}>
              <Mark shape="dot" tone="warning" />
              {remark}
            </p>
          ))}
        </div>
      )}
    </form>
  )
}
