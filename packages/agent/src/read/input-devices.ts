// The input devices of a machine, by what they can do and not by their names: from /sys/class/input. What is a keyboard has letters;
// what is a pointer moves or is touched. Switches (the lid, jacks), sound and power buttons are neither, and count as keyboards all
// the same when somebody presses them.
import { readSmallFile } from './small-file.ts'

export type InputKind = 'keyboard' | 'pointer'

/** Kinds of events, of the kernel's input-event-codes.h. */
const relative = 2
const absolute = 3
const keyA = 30
const buttonLeft = 0x110

/** A device that cannot be looked at closer is taken for a keyboard: nothing filters what it does. */
export function inputKind(sys: string, event: string): InputKind {
  const folder = `${sys}/class/input/${event}/device/capabilities`
  try {
    const kinds = bitsOf(readSmallFile(`${folder}/ev`))
    const keys = bitsOf(readSmallFile(`${folder}/key`))
    if (hasBit(keys, keyA)) return 'keyboard'
    return hasBit(kinds, relative) || hasBit(kinds, absolute) || hasBit(keys, buttonLeft) ? 'pointer' : 'keyboard'
  } catch {
    return 'keyboard'
  }
}

/** Words of 64 bits, the highest first: "402000007 ff803078f800d001 feffffdfffefffff fffffffffffffffe". */
function bitsOf(text: string): readonly bigint[] {
  return text
    .trim()
    .split(/\s+/)
    .map((word) => BigInt(`0x${word}`))
    .reverse()
}

function hasBit(words: readonly bigint[], bit: number): boolean {
  return ((words[Math.floor(bit / 64)] ?? 0n) & (1n << BigInt(bit % 64))) !== 0n
}
