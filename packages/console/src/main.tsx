// Puts the page into the document.
import '@patternfly/patternfly/base/patternfly-variables.css'
import '@patternfly/patternfly/base/patternfly-common.css'
import './style/theme.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { preload } from './app/routes.tsx'

preload(window.location.pathname)
const root = document.getElementById('root')
if (root === null) throw new Error('The document has no element #root.')
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
