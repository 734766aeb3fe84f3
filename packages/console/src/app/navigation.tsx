// The places on the left, with how many things wait in each.
import { Nav, NavItem, NavList, PageSidebar, PageSidebarBody } from '@patternfly/react-core'
import { Link, useLocation } from 'wouter'
import { useStatus } from '../api/use-status.ts'
import { count } from '../words/quantity.ts'
import { usePlaces } from './use-places.ts'

export function Navigation() {
  const [path] = useLocation()
  const places = usePlaces()
  const { data } = useStatus()
  const waiting: Record<string, readonly [number, string]> = {
    '/plan': [data?.proposals.awaitingApproval ?? 0, 'wait for approval'],
    '/problems': [data?.problems.open ?? 0, 'open'],
  }
  const here = (place: string) => (place === '/' ? path === '/' : path === place || path.startsWith(`${place}/`))
  return (
    <PageSidebar>
      <PageSidebarBody>
        <Nav aria-label="Places">
          <NavList>
            {places.map(({ path: place, name }) => {
              const [amount, what] = waiting[place] ?? [0, '']
              return (
                <NavItem key={place} isActive={here(place)}>
                  <Link href={place} className="g-nav-link" aria-current={here(place) ? 'page' : undefined}>
                    {name}
                    {amount > 0 && (
                      <span className="g-nav-count g-num">
                        {count(amount)}
                        <span className="g-hidden"> {what}</span>
                      </span>
                    )}
                  </Link>
                </NavItem>
              )
            })}
          </NavList>
        </Nav>
      </PageSidebarBody>
    </PageSidebar>
  )
}
