// A search field that shows every keystroke at once and hands it on at the pace the page can follow. `/` focuses it.
import { useEffect, useRef, useState } from 'react'
import './search-box.css'

interface SearchBoxProps {
  readonly label: string
  readonly placeholder: string
  readonly value: string
  readonly onChange: (value: string) => void
}

const settleMs = 120

export function SearchBox({ label, placeholder, value, onChange }: SearchBoxProps) {
  const [text, setText] = useState(value)
  const input = useRef<HTMLInputElement>(null)
  const told = useRef(value)
  useEffect(() => {
    // The address changed by another way than typing here. While somebody types, what is typed counts: the address
    // follows it, and an earlier one that arrives late must not take letters back.
    if (value !== told.current && document.activeElement !== input.current) {
      told.current = value
      setText(value)
    }
  }, [value])
  useEffect(() => {
    if (text === told.current) return
    const timer = setTimeout(() => {
      told.current = text
      onChange(text)
    }, settleMs)
    return () => clearTimeout(timer)
  }, [text, onChange])
  useEffect(() => {
    if (new URLSearchParams(window.location.search).has('focus')) input.current?.focus()
  }, [])
  return (
    <span className="g-search">
      <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
        <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" strokeWidth="1.6" />
        <path d="M9.2 9.2L13 13" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" />
      </svg>
      <input
        ref={input}
        type="search"
        className="g-input"
        aria-label={label}
        placeholder={placeholder}
        value={text}
        maxLength={200}
        data-search
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && text === '') event.currentTarget.blur()
        }}
      />
      {text === '' && (
        <kbd className="g-search__key" aria-hidden="true">
          /
        </kbd>
      )}
    </span>
  )
}
