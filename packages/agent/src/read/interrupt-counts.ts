// How often the interrupt lines of a device have fired, from /proc/interrupts as today's kernels write it: a header with one column
// per processor that is on, then lines of so many numbers, followed by words (chip, hardware number and kind, devices). Only the
// columns of processors are added up: the ancestor took every word for a number and died of "IO-APIC".

export interface InterruptLine {
  readonly line: string
  readonly devices: string
  readonly count: number
}

/** The lines whose devices hold one of these names. Throws with the line that makes no sense. */
export function interruptLines(text: string, devices: readonly string[]): readonly InterruptLine[] {
  const rows = text.split('\n')
  const processors = (rows[0] ?? '').trim().split(/\s+/)
  if (processors.length === 0 || !processors.every((name) => /^CPU\d+$/.test(name)))
    throw new Error('interrupts: the first line names no processors')
  const found: InterruptLine[] = []
  for (const row of rows.slice(1)) {
    // Most rows are of others: not worth taking apart.
    if (!devices.some((device) => row.includes(device))) continue
    const [head = '', ...words] = row.trim().split(/\s+/)
    const names = words.slice(processors.length).join(' ')
    if (!devices.some((device) => names.split(/[\s,]+/).includes(device))) continue
    const counts = words.slice(0, processors.length)
    if (!head.endsWith(':') || counts.some((count) => !/^\d+$/.test(count)))
      throw new Error(`interrupts: "${row.trim()}" is not a line of counts`)
    found.push({
      line: head.slice(0, -1),
      devices: names,
      count: counts.reduce((sum, count) => sum + Number(count), 0),
    })
  }
  return found
}
