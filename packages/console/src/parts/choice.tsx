// One of a few, as buttons side by side.
import { ToggleGroup, ToggleGroupItem } from '@patternfly/react-core'

interface ChoiceProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly { readonly value: T; readonly text: string }[]
  readonly onChange: (value: T) => void
}

export function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  return (
    <ToggleGroup isCompact aria-label={label}>
      {options.map((option) => (
        <ToggleGroupItem
          key={option.value}
          text={option.text}
          isSelected={option.value === value}
          onChange={() => onChange(option.value)}
        />
      ))}
    </ToggleGroup>
  )
}
