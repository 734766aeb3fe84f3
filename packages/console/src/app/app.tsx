// Providers, and the question that comes before everything: who is looking?
import { QueryClientProvider } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { WhoContext } from '../api/use-who.ts'
import { queryClient } from '../api/query-client.ts'
import { useApi } from '../api/use-api.ts'
import { ErrorNote } from '../parts/error-note.tsx'
import { BecomeFirst } from './become-first.tsx'
import { firstLink } from './first-link.ts'
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
  const [link, setLink] = useState(firstLink)
  const lookAgain = useCallback(() => void who.refetch(), [who.refetch])
  if (who.data === undefined) {
    if (!who.isError) return null
    return (
      <main className="g-login">
        <ErrorNote error={who.error} retry={() => void who.refetch()} />
      </main>
    )
  }
  if (link !== undefined) {
    const enter = () => {
      setLink(undefined)
      lookAgain()
    }
    return (
      <main className="g-login">
        <BecomeFirst link={link} enter={enter} />
      </main>
    )
  }
  if (who.data.name === null) return <LoginPage refusal={who.data.refusal} lookAgain={lookAgain} />
  return (
    <WhoContext.Provider value={who.data}>
      <Shell />
    </WhoContext.Provider>
  )
}
