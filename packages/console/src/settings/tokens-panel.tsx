// API tokens: make one (its secret is shown once), revoke one.
import { Button } from '@patternfly/react-core'
import { useState } from 'react'
import { useAct } from '../api/use-act.ts'
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { ErrorNote } from '../parts/error-note.tsx'
import { Panel } from '../parts/panel.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { NewToken } from './new-token.tsx'

export function TokensPanel() {
  const tokens = useApi('listTokens', {})
  const remove = useAct('removeToken', ['listTokens'])
  const [asked, setAsked] = useState<string | undefined>(undefined)
  return (
    <Panel title="API tokens">
      <Answer read={tokens} height="120px" what="the tokens">
        {({ items }) =>
          items.length === 0 ? (
            <p className="g-quiet">There is none yet. A token lets a program, the command line or a browser in.</p>
          ) : (
            <table className="g-table">
              <caption className="g-hidden">Tokens</caption>
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">Role</th>
                  <th scope="col">Projects</th>
                  <th scope="col">Made</th>
                  <th scope="col">Last used</th>
                  <th scope="col">Expires</th>
                  <th scope="col">
                    <span className="g-hidden">Revoke</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map((token) => (
                  <tr key={token.id}>
                    <td>{token.name}</td>
                    <td>{token.role}</td>
                    <td>{token.projects.length === 0 ? 'all' : token.projects.join(', ')}</td>
                    <td>
                      <RelativeTime at={token.createdAt} /> <span className="g-quiet">by {token.createdBy}</span>
                    </td>
                    <td>{token.lastUsedAt === undefined ? 'never' : <RelativeTime at={token.lastUsedAt} />}</td>
                    <td>{token.expiresAt === undefined ? 'never' : <RelativeTime at={token.expiresAt} />}</td>
                    <td className="g-right">
                      {asked === token.id ? (
                        <Button
                          variant="danger"
                          size="sm"
                          isLoading={remove.isPending}
                          onClick={() =>
                            remove.mutate({ params: { id: token.id } }, { onSettled: () => setAsked(undefined) })
                          }
                        >
                          Revoke {token.name} for good
                        </Button>
                      ) : (
                        <Button
                          variant="link"
                          isInline
                          onClick={() => setAsked(token.id)}
                          aria-label={`Revoke ${token.name}`}
                        >
                          Revoke
                        </Button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Answer>
      {remove.error !== null && <ErrorNote error={remove.error} />}
      <NewToken />
    </Panel>
  )
}
