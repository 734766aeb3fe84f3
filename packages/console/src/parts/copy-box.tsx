// Text to take along: selectable, with a button that copies it where the browser allows.
import { Button } from '@patternfly/react-core'
import { CopyIcon } from '@patternfly/react-icons/dist/esm/icons/copy-icon'
import { useState } from 'react'
import './copy-box.css'

export function CopyBox({ text, label }: { readonly text: string; readonly label: string }) {
  const [copied, setCopied] = useState(false)
  return (
    <div className="g-copy">
      <pre tabIndex={0} role="region" aria-label={label}>
        {text}
      </pre>
      {navigator.clipboard !== undefined && (
        <Button
          variant="plain"
          size="sm"
          icon={<CopyIcon />}
          aria-label={copied ? 'Copied' : `Copy: ${label}`}
          onClick={() => {
            navigator.clipboard.writeText(text).then(
              () => setCopied(true),
              () => setCopied(false),
            )
          }}
        />
      )}
    </div>
  )
}
