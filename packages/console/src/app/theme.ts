// Dark or light: follows the system until the viewer chooses, then keeps the choice. public/theme.js applies the same rule
// before the first paint.
import { useSyncExternalStore } from 'react'

export type ThemeChoice = 'system' | 'light' | 'dark'
const key = 'gleaner.theme'
const listeners = new Set<() => void>()
const systemDark = matchMedia('(prefers-color-scheme: dark)')

function read(): ThemeChoice {
  const stored = localStorage.getItem(key)
  return stored === 'dark' || stored === 'light' ? stored : 'system'
}

function isDark(): boolean {
  const choice = read()
  return choice === 'dark' || (choice === 'system' && systemDark.matches)
}

function apply(): void {
  document.documentElement.classList.toggle('pf-v6-theme-dark', isDark())
  for (const listener of listeners) listener()
}

systemDark.addEventListener('change', apply)

export function chooseTheme(choice: ThemeChoice): void {
  if (choice === 'system') localStorage.removeItem(key)
  else localStorage.setItem(key, choice)
  apply()
}

function listen(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore(listen, read)
}

export function useIsDark(): boolean {
  return useSyncExternalStore(listen, isDark)
}
