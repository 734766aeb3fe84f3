// The keyboard: / search, g and a letter to go somewhere, ? help. Never while somebody types, never with a modifier.
import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { HelpDialog } from './help-dialog.tsx'
import { usePlaces } from './use-places.ts'

const chordMs = 1200

export function Shortcuts() {
  const [, go] = useLocation()
  const [help, setHelp] = useState(false)
  const places = usePlaces()
  useEffect(() => {
    let goingUntil = 0
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement | null
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      if (target?.closest('input, textarea, select, [contenteditable], [role="dialog"]')) return
      if (event.timeStamp < goingUntil) {
        goingUntil = 0
        const place = places.find(({ key }) => key === event.key)
        if (place === undefined) return
        event.preventDefault()
        go(place.path)
      } else if (event.key === 'g') goingUntil = event.timeStamp + chordMs
      else if (event.key === '?') setHelp(true)
      else if (event.key === '/') {
        event.preventDefault()
        const search = document.querySelector<HTMLInputElement>('[data-search]')
        if (search === null) go('/instances?focus')
        else search.focus()
      }
    }
    const onHelp = () => setHelp(true)
    document.addEventListener('keydown', onKey)
    document.addEventListener('gleaner:help', onHelp)
    return () => {
      document.removeEventListener('keydown', onKey)
      document.removeEventListener('gleaner:help', onHelp)
    }
  }, [go, places])
  return <HelpDialog isOpen={help} onClose={() => setHelp(false)} />
}
