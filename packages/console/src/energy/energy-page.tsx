// What is drawn, by whom, and what it comes to; and how well it is measured.
import { PageHead } from '../parts/page-head.tsx'
import { MetersPanel } from './meters-panel.tsx'
import { PowerPanel } from './power-panel.tsx'
import { SleepersPanel } from './sleepers-panel.tsx'
import { SharesPanel } from './shares-panel.tsx'

export function EnergyPage() {
  return (
    <>
      <PageHead
        title="Energy"
        lead="What the hosts draw, and who had it. Over all projects, with what nobody had, it is what the meters measured."
      />
      <div className="g-stack">
        <PowerPanel />
        <SleepersPanel />
        <SharesPanel />
        <MetersPanel />
      </div>
    </>
  )
}
