// A labelled field of the form of a lease, and the texts and choices in it.
import { type ReactNode, useId } from 'react'

interface FieldProps {
  readonly label: string
  readonly hint?: string
  readonly wide?: boolean
  readonly children: (id: string) => ReactNode
}

export function Field({ label, hint, wide = false, children }: FieldProps) {
  const id = useId()
  return (
    <div className="g-field" data-wide={wide}>
      <label htmlFor={id}>{label}</label>
      {children(id)}
      {hint !== undefined && <p className="g-hint">{hint}</p>}
    </div>
  )
}

type TextProps = Omit<React.ComponentProps<'input'>, 'onChange'> & { readonly onText: (text: string) => void }

export function Text({ onText, ...rest }: TextProps) {
  return <input className="g-input" autoComplete="off" {...rest} onChange={(event) => onText(event.target.value)} />
}

interface SelectProps<T extends string> {
  readonly id: string
  readonly value: T
  readonly options: readonly (readonly [T, string])[]
  readonly onPick: (value: T) => void
}

export function Select<T extends string>({ id, value, options, onPick }: SelectProps<T>) {
  return (
    <select
      id={id}
      className="g-input"
      value={value}
      onChange={({ target }) => onPick(options.find(([one]) => one === target.value)?.[0] ?? value)}
    >
      {options.map(([one, text]) => (
        <option key={one} value={one}>
          {text}
        </option>
      ))}
    </select>
  )
}
