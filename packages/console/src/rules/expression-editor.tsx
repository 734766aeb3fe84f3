// The field an expression is written in: coloured, with completion of fields and functions, and each fault underlined at its
// characters. A plain text area does the editing; a copy of the text behind it carries the colours, so that selection, undo,
// spell checkers and screen readers work as everywhere.
import type { RuleFaultView, RuleLanguageView } from '@gleaner/model'
import { useId, useMemo, useRef, useState } from 'react'
import { type Completion, completionsOf } from './completions.ts'
import { tokensOf, wordBefore } from './tokens.ts'

interface ExpressionEditorProps {
  readonly id: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly faults: readonly RuleFaultView[]
  readonly language: RuleLanguageView | undefined
  readonly readOnly: boolean
}

export function ExpressionEditor({ id, value, onChange, faults, language, readOnly }: ExpressionEditorProps) {
  const area = useRef<HTMLTextAreaElement>(null)
  const listId = useId()
  const [word, setWord] = useState<string | undefined>(undefined)
  const [at, setAt] = useState(0)
  const offers = useMemo(
    () => (language === undefined || word === undefined || word === '' ? [] : completionsOf(language, word)),
    [language, word],
  )
  const open = offers.length > 0 && !readOnly
  const take = ({ insert }: Completion) => {
    const element = area.current
    if (element === null || word === undefined) return
    const caret = element.selectionStart
    const start = caret - word.length
    // Through the editing command, so that undo takes it back; a browser without it gets the plain way.
    element.setSelectionRange(start, caret)
    if (!document.execCommand('insertText', false, insert)) {
      onChange(value.slice(0, start) + insert + value.slice(caret))
    }
    setWord(undefined)
  }
  const look = (element: HTMLTextAreaElement) => {
    setWord(wordBefore(element.value, element.selectionStart))
    setAt(0)
  }
  const placed = faults.filter(({ column }) => column !== undefined)
  return (
    <div className="g-editor" data-faulty={faults.length > 0}>
      <div className="g-editor__face">
        <pre className="g-editor__back" aria-hidden="true">
          {tokensOf(value).map(({ kind, text, at: begin }) => (
            <span key={begin} className={`g-tok--${kind}`}>
              {text}
            </span>
          ))}{' '}
        </pre>
        {placed.length > 0 && (
          <pre className="g-editor__back g-editor__faults" aria-hidden="true">
            {underlined(value, placed)}
          </pre>
        )}
        <textarea
          ref={area}
          id={id}
          className="g-editor__area"
          value={value}
          rows={Math.max(4, value.split('\n').length + 1)}
          readOnly={readOnly}
          required
          maxLength={4000}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          aria-autocomplete="list"
          aria-invalid={faults.length > 0}
          aria-describedby={`${id}-faults`}
          {...(open ? { 'aria-controls': listId, 'aria-activedescendant': `${listId}-${at}` } : {})}
          onChange={(event) => {
            onChange(event.target.value)
            look(event.target)
          }}
          onClick={() => setWord(undefined)}
          onBlur={() => setWord(undefined)}
          onKeyDown={(event) => {
            if (event.key === ' ' && event.ctrlKey) {
              event.preventDefault()
              look(event.currentTarget)
              return
            }
            if (!open) return
            if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
              event.preventDefault()
              setAt((at + (event.key === 'ArrowDown' ? 1 : offers.length - 1)) % offers.length)
            } else if (event.key === 'Enter' || event.key === 'Tab') {
              const offer = offers[at]
              if (offer === undefined) return
              event.preventDefault()
              take(offer)
            } else if (event.key === 'Escape') {
              event.preventDefault()
              setWord(undefined)
            } else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') setWord(undefined)
          }}
        />
      </div>
      {open && (
        <ul id={listId} role="listbox" aria-label="Completions" className="g-offers">
          {offers.map((offer, i) => (
            <li
              key={offer.label}
              id={`${listId}-${i}`}
              role="option"
              aria-selected={i === at}
              onMouseDown={(event) => {
                event.preventDefault()
                take(offer)
              }}
            >
              <code>{offer.label}</code>
              <span className="g-offers__type">{offer.detail}</span>
              <span className="g-offers__meaning">{offer.meaning}</span>
            </li>
          ))}
        </ul>
      )}
      <div id={`${id}-faults`} className="g-editor__notes" role="status">
        {faults.length > 0 && (
          <ul>
            {faults.map((fault, i) => (
              <li key={`${fault.code} ${i}`} className="g-fault">
                {fault.column !== undefined && !fault.message.includes('column') && (
                  <span className="g-num">column {fault.column}: </span>
                )}
                {fault.message}
                {fault.hint !== undefined && ` ${fault.hint}`}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  )
}

/** The text, invisible, with a wavy line under the characters of each fault. */
function underlined(text: string, faults: readonly RuleFaultView[]) {
  const parts: React.ReactNode[] = []
  let at = 0
  const sorted = faults.toSorted((a, b) => (a.column ?? 0) - (b.column ?? 0))
  for (const { column = 1, length = 1 } of sorted) {
    const start = Math.min(Math.max(column - 1, at), text.length)
    const end = Math.min(Math.max(start + length, start + 1), Math.max(text.length, start))
    parts.push(text.slice(at, start))
    // A fault at the very end of the text has no character of its own.
    parts.push(<mark key={start}>{end > start ? text.slice(start, end) : ' '}</mark>)
    at = end
  }
  parts.push(text.slice(at))
  return parts
}
