// The bar on top: name, clock of a simulation, live or not, theme, who, and the pause button.
import {
  Button,
  Masthead,
  MastheadBrand,
  MastheadContent,
  MastheadLogo,
  MastheadMain,
  MastheadToggle,
  PageToggleButton,
} from '@patternfly/react-core'
import { BarsIcon } from '@patternfly/react-icons/dist/esm/icons/bars-icon'
import { QuestionCircleIcon } from '@patternfly/react-icons/dist/esm/icons/question-circle-icon'
import { Link } from 'wouter'
import { useAct } from '../api/use-act.ts'
import { useWho } from '../api/use-who.ts'
import { ConnectionIndicator } from './connection-indicator.tsx'
import { PauseControl } from './pause-control.tsx'
import { SpeedIndicator } from './speed-indicator.tsx'
import { ThemeSwitch } from './theme-switch.tsx'
import { Wordmark } from './wordmark.tsx'

export function TopBar() {
  const who = useWho()
  const logOut = useAct('logOut', ['whoAmI'])
  return (
    <Masthead className="g-top">
      <MastheadMain>
        <MastheadToggle>
          <PageToggleButton variant="plain" aria-label="Show or hide the places">
            <BarsIcon />
          </PageToggleButton>
        </MastheadToggle>
        <MastheadBrand>
          <MastheadLogo component={(props) => <Link {...props} href="/" aria-label="Gleaner, to the overview" />}>
            <Wordmark />
          </MastheadLogo>
        </MastheadBrand>
      </MastheadMain>
      <MastheadContent>
        <div className="g-top__tools">
          <SpeedIndicator />
          <ConnectionIndicator />
          <span className="g-top__space" />
          <PauseControl />
          <ThemeSwitch />
          <Button
            variant="plain"
            aria-label="Keys and words"
            icon={<QuestionCircleIcon />}
            onClick={() => document.dispatchEvent(new Event('gleaner:help'))}
          />
          {who !== undefined && (
            <span className="g-who">
              <span title={`Role: ${who.role}`}>
                {who.by === 'anonymous' ? 'not logged in' : who.name} <span className="g-quiet">· {who.role}</span>
              </span>
              {who.by === 'session' && (
                <Button variant="link" isInline onClick={() => logOut.mutate({})}>
                  Log out
                </Button>
              )}
            </span>
          )}
        </div>
      </MastheadContent>
    </Masthead>
  )
}
