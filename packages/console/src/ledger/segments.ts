// The ledger of one resource as segments that follow each other on the bar, each with a sentence that explains it.
//   physical = reserved + usable;  usable = firm peak + leased + lent + headroom + idle (- overdrawn)
// What was promised beyond what is usable cannot be drawn inside the bar and becomes a segment of its own at its end.
import type { LedgerLineView } from '@gleaner/model'

type SegmentName = 'reserved' | 'firmPeak' | 'leased' | 'lent' | 'headroom' | 'idle' | 'overdrawn'

export interface Segment {
  readonly name: SegmentName
  readonly title: string
  readonly amount: number
  readonly sentence: string
}

export interface Resource {
  readonly key: 'cores' | 'memoryMiB'
  readonly title: string
  readonly format: (amount: number) => string
}

const titles: Readonly<Record<SegmentName, string>> = {
  reserved: 'Reserved',
  firmPeak: 'Firm peak',
  leased: 'Leased',
  lent: 'Lent',
  headroom: 'Headroom',
  idle: 'Idle',
  overdrawn: 'Overdrawn',
}

export function segmentsOf(line: LedgerLineView, { format }: Resource): Segment[] {
  const used =
    line.used === undefined ? 'it is not measured, so what is booked counts' : `${format(line.used)} are in use now`
  const sentences: Readonly<Record<SegmentName, string>> = {
    reserved: `${format(line.reserved)} of ${format(line.physical)} the hosts keep for themselves.`,
    firmPeak: `${format(line.firmPeak)} must be there for firm instances at their expected peak; ${used}, ${format(line.booked)} are booked.`,
    leased: `${format(line.leased)} are promised to active leases.`,
    lent: `${format(line.lent)} are lent to preemptible instances, which yield the moment an owner needs it.`,
    headroom: `${format(line.headroom)} are kept free against surprise; nothing may take it.`,
    idle: `${format(line.idle)} are left over: nobody is expected to need it. This is what can be gleaned.`,
    overdrawn: `${format(line.overdrawn)} more are promised than can be used; some host is short at its peak.`,
  }
  const names: SegmentName[] = ['reserved', 'firmPeak', 'leased', 'lent', 'headroom', 'idle', 'overdrawn']
  const always = new Set<SegmentName>(['reserved', 'firmPeak', 'lent', 'headroom', 'idle'])
  return names
    .filter((name) => always.has(name) || line[name] > 0)
    .map((name) => ({ name, title: titles[name], amount: line[name], sentence: sentences[name] }))
}
