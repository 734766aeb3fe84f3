// How far each capability may go, what is configured from where, the clouds and loops.
import { useMay } from '../api/use-who.ts'
import { PageHead } from '../parts/page-head.tsx'
import { CloudsPanel } from './clouds-panel.tsx'
import { LoopsPanel } from './loops-panel.tsx'
import { ModesPanel } from './modes-panel.tsx'
import { SettingsPanel } from './settings-panel.tsx'

export function SettingsPage() {
  const operator = useMay('operator')
  return (
    <>
      <PageHead
        title="Settings"
        lead="Where the configuration file rules, the page only shows. Everything else can be changed here, and stands in the audit."
      />
      <div className="g-stack">
        <ModesPanel />
        <CloudsPanel />
        {operator && <SettingsPanel />}
        <LoopsPanel />
      </div>
    </>
  )
}
