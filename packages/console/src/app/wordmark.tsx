// The name with its ear of wheat.

export function Wordmark() {
  return (
    <span className="g-wordmark">
      <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="7" fill="#0b5c5c" />
        <path d="M16 27V12" stroke="#f2c14e" strokeWidth="2.2" strokeLinecap="round" />
        <g fill="#f2c14e">
          <ellipse cx="16" cy="7.4" rx="2.3" ry="3.6" />
          <ellipse cx="11.2" cy="12" rx="2.1" ry="3.5" transform="rotate(-38 11.2 12)" />
          <ellipse cx="20.8" cy="12" rx="2.1" ry="3.5" transform="rotate(38 20.8 12)" />
          <ellipse cx="11.2" cy="18.2" rx="2.1" ry="3.5" transform="rotate(-38 11.2 18.2)" />
          <ellipse cx="20.8" cy="18.2" rx="2.1" ry="3.5" transform="rotate(38 20.8 18.2)" />
        </g>
      </svg>
      gleaner
    </span>
  )
}
