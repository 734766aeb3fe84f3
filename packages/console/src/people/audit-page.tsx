// Every change, newest first, found by who, what and object.
import { useState } from 'react'
import { PageHead } from '../parts/page-head.tsx'
import { AuditPanel } from '../settings/audit-panel.tsx'

export function AuditPage() {
  const [search, setSearch] = useState('')
  return (
    <>
      <PageHead title="Audit" lead="Every change: who made it, from where, what was before and after." />
      <div className="g-field">
        <label htmlFor="audit-search">Search</label>
        <input
          id="audit-search"
          className="g-input"
          type="search"
          data-search
          maxLength={200}
          placeholder="a name, what was done, or to what"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      </div>
      <AuditPanel search={search.trim()} />
    </>
  )
}
