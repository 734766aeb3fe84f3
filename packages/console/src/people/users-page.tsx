// Who has come with a client certificate: those who wait are on top, each with what an administrator needs to decide.
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { Empty } from '../parts/empty.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Panel } from '../parts/panel.tsx'
import { UserRow } from './user-row.tsx'

export function UsersPage() {
  const users = useApi('listUsers', {})
  return (
    <>
      <PageHead
        title="Users"
        lead="Whoever comes with a client certificate is recorded, and may do nothing until you activate them. What you decide counts from their next request on."
      />
      <Panel title="People">
        <Answer read={users} height="160px" what="the users">
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="Nobody has come yet">
                Client certificates are asked for when the section people of the configuration names their authorities.
                Programs and browsers without one log in with a token.
              </Empty>
            ) : (
              <div className="g-scroll">
                <table className="g-table">
                  <caption className="g-hidden">Users</caption>
                  <thead>
                    <tr>
                      <th scope="col">Who</th>
                      <th scope="col">State</th>
                      <th scope="col">Last seen</th>
                      <th scope="col">Certificate ends</th>
                      <th scope="col">Role and projects</th>
                      <th scope="col">
                        <span className="g-hidden">Remove</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((user) => (
                      <UserRow key={user.id} user={user} />
                    ))}
                  </tbody>
                </table>
              </div>
            )
          }
        </Answer>
      </Panel>
    </>
  )
}
