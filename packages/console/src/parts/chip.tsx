// A filter that is on or off, as a chip; one that only can be taken away shows a cross.

interface ChipProps {
  readonly text: string
  readonly on: boolean
  readonly onClick: () => void
  /** It exists only while it is on. */
  readonly removable?: boolean
}

export function Chip({ text, on, onClick, removable = false }: ChipProps) {
  return (
    <button
      type="button"
      className="g-chip"
      {...(removable ? { 'aria-label': `Remove the filter ${text}` } : { 'aria-pressed': on })}
      data-on={on}
      onClick={onClick}
    >
      {text}
      {removable && <span aria-hidden="true"> ✕</span>}
    </button>
  )
}
