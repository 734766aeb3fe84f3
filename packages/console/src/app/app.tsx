// Providers, and the question that comes before everything: who is looking?
import { QueryClientProvider } from '@tanstack/react-query'
import { WhoContext } from '../api/use-who.ts'
import { queryClient } from '../api/query-client.ts'
import { useApi } from '../api/use-api.ts'
import { ErrorNote } from '../parts/error-note.tsx'
import { LoginPage } from './login-page.tsx'
import { Shell } from './shell.tsx'

export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <Session />
    </QueryClientProvider>
  )
}

function Session() {
  const who = useApi('whoAmI', {})
  if (who.data === undefined) {
    if (!who.isError) return null
    return (
      <main className="g-login">
        <ErrorNote error={who.error} retry={() => void who.refetch()} />
      </main>
    )
  }
  if (who.data.name === null) return <LoginPage />
  return (
    <WhoContext.Provider value={who.data}>
      <Shell />
    </WhoContext.Provider>
  )
}
