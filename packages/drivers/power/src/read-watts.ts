// What ipmitool prints of power, in watts. DCMI 1.5, Get Power Reading: a board that does not measure at the moment says so, and its
// figure is none.
import type { BoardSays } from './board-readings.ts'

/** `ipmitool dcmi power reading` */
export function readDcmi(text: string): BoardSays {
  const state = /^\s*Power reading state is:\s*(\w+)/m.exec(text)?.[1]
  if (state !== undefined && state !== 'activated') return { fault: 'unmeasured', why: `its power reading is ${state}` }
  return figure(/^\s*Instantaneous power reading:\s*(\S+) Watts/m.exec(text)?.[1])
}

/** `ipmitool sensor reading NAME`: "Pwr Meter        | 180" */
export function readSensor(text: string): BoardSays {
  const said = /\|\s*(\S+)\s*$/.exec(text.trimEnd())?.[1]
  if (said !== undefined && /^(na|disabled|unavailable)$/i.test(said)) return { fault: 'unmeasured', why: said }
  return figure(said)
}

function figure(text: string | undefined): BoardSays {
  return text !== undefined && /^-?\d+(\.\d+)?$/.test(text) ? { powerW: Number(text) } : { fault: 'garbled' }
}
