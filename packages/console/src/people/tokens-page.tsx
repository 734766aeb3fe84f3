// API tokens have a place of their own: they are looked after more often than settings.
import { PageHead } from '../parts/page-head.tsx'
import { TokensPanel } from '../settings/tokens-panel.tsx'

export function TokensPage() {
  return (
    <>
      <PageHead
        title="Tokens"
        lead="A token lets a program, the command line or a browser in. Its secret is shown once, when it is made; revoking counts at once."
      />
      <TokensPanel />
    </>
  )
}
