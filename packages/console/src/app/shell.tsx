// The frame of every page: bar, places, banner, page, log strip.
import { Page, SkipToContent } from '@patternfly/react-core'
import { useEffect } from 'react'
import { startLive } from '../api/live.ts'
import { queryClient } from '../api/query-client.ts'
import { useServerClock } from '../api/use-status.ts'
import { Banners } from './banners.tsx'
import { LogStrip } from './log-strip.tsx'
import { Navigation } from './navigation.tsx'
import { Routes } from './routes.tsx'
import { Shortcuts } from './shortcuts.tsx'
import './shell.css'
import { TopBar } from './top-bar.tsx'

export function Shell() {
  useServerClock()
  useEffect(() => startLive(queryClient), [])
  return (
    <div className="g-frame">
      <Page
        masthead={<TopBar />}
        sidebar={<Navigation />}
        isManagedSidebar
        mainContainerId="main"
        mainAriaLabel="Page"
        skipToContent={<SkipToContent href="#main">Skip to the page</SkipToContent>}
        className="g-page"
      >
        <Banners />
        <div className="g-content">
          <Routes />
        </div>
      </Page>
      <LogStrip />
      <Shortcuts />
    </div>
  )
}
