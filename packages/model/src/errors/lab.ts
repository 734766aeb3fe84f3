// What the lab answers about recorded data.
import { entry } from './entry.ts'

export const labErrors = {
  'trace-unreadable': entry(
    { kind: 'refused', status: 422 },
    '{file}: {detail} ({position}).',
    'Correct or fetch the file again; nothing of it was used, because what follows would be missing from the sums.',
  ),
  'trace-empty': entry(
    { kind: 'refused', status: 422 },
    '{file}: there is nothing in it that could be used ({detail}).',
    'Check the file; name its format with --format, or choose a shorter --scope if it is shorter than one.',
  ),
  'trace-format-unknown': entry(
    { kind: 'refused', status: 422 },
    '{file} is in no format the lab knows ({detail}).',
    'Name the format, or convert it to the table that the lab guide describes.',
  ),
  'lab-option': entry(
    { kind: 'refused', status: 422 },
    'The option {option} is {value}, but {detail}.',
    'Correct it and start again.',
  ),
}
