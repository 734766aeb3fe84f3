// Runs before the first paint, so that a page in the dark theme never flashes white. The same rule as src/app/theme.ts.
;(() => {
  let choice = null
  try {
    choice = localStorage.getItem('gleaner.theme')
  } catch {}
  const dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.classList.toggle('pf-v6-theme-dark', dark)
})()
