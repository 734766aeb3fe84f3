// The lines of a file with their numbers. A line longer than `longestLine` is named, skipped and never held in memory: a
// file of 5 GB without a line break costs one buffer. A cut-off compressed file gives its whole lines and then a fault.
import { StringDecoder } from 'node:string_decoder'
import { CutOff, readBytes } from './byte-source.ts'
import type { FaultLog } from './fault-log.ts'

export const longestLine = 4 << 20

export interface LineSource {
  readonly file: string
  readonly onBytes: (count: number) => void
  readonly faults: FaultLog
}

/** Batches of lines, because one generator step a line is what would cost most. */
export async function* readLines(source: LineSource): AsyncGenerator<{ lines: string[]; firstNumber: number }> {
  const { file, faults } = source
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let isSkipping = false
  let number = 1
  try {
    for await (const chunk of readBytes(source)) {
      let text = decoder.write(chunk)
      if (isSkipping) {
        const end = text.indexOf('\n')
        if (end < 0) continue
        text = text.slice(end + 1)
        isSkipping = false
        number++
      }
      const lines = (rest + text).split('\n')
      rest = lines.pop() as string
      const firstNumber = number
      number += lines.length
      for (let i = 0; i < lines.length; i++) {
        const line = lines[i] as string
        if (line.endsWith('\r')) lines[i] = line.slice(0, -1)
      }
      if (lines.length > 0) yield { lines, firstNumber }
      if (rest.length > longestLine) {
        faults.add({
          kind: 'line-too-long',
          file,
          position: `line ${number}`,
          detail: `the line is longer than ${longestLine} characters and is skipped`,
        })
        rest = ''
        isSkipping = true
      }
    }
  } catch (error) {
    if (!(error instanceof CutOff)) throw error
    faults.add({ kind: 'cut-off', file, position: `line ${number}`, detail: error.message })
    return
  }
  rest += decoder.end()
  if (rest !== '' && !isSkipping) yield { lines: [rest], firstNumber: number }
}
