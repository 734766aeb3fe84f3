// Power, energy, CO2 and money as people read them.
import { figure } from '../words/quantity.ts'

const nbsp = '\u00a0'

export function watts(value: number): string {
  return Math.abs(value) >= 1000 ? `${figure(value / 1000)}${nbsp}kW` : `${figure(value)}${nbsp}W`
}

export function kilowattHours(value: number): string {
  return Math.abs(value) >= 1000 ? `${figure(value / 1000)}${nbsp}MWh` : `${figure(value)}${nbsp}kWh`
}

export function carbon(grams: number | undefined): string {
  if (grams === undefined) return ''
  if (Math.abs(grams) >= 1_000_000) return `${figure(grams / 1_000_000)}${nbsp}t`
  return Math.abs(grams) >= 1000 ? `${figure(grams / 1000)}${nbsp}kg` : `${figure(grams)}${nbsp}g`
}

export function money(value: number | undefined, currency: string): string {
  if (value === undefined) return ''
  return new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay: 'code' }).format(value)
}

/** Why there is no power, for an outlet. */
export const unknownWords: Readonly<Record<string, string>> = {
  absent: 'the meter has no such outlet',
  silent: 'no answer in time',
  unmeasured: 'nothing is measured there',
  garbled: 'no number',
  negative: 'negative, not believed',
  sentinel: 'stands for no value',
  'too-high': 'too high, not believed',
  jump: 'a jump, not believed yet',
  'unit-changed': 'as if in another unit, not believed',
  stuck: 'stuck, not believed',
}
