// Writes attributes as OpenNebula's templates take them: NAME="value". Whatever the value holds, it stays one value.
import { text as harmless } from './parse/harmless-text.ts'

export function templateText(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${attributeName(name)}="${harmless(value).replace(/["\\]/g, (c) => `\\${c}`)}"`)
    .join('\n')
}

/** OpenNebula's names are of capital letters, digits and underscores, and begin with a letter. */
export function attributeName(name: string): string {
  const upper = name.toUpperCase().replace(/[^A-Z0-9_]/g, '_')
  return /^[A-Z]/.test(upper) ? upper : `A${upper}`
}
