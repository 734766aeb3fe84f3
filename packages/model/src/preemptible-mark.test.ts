import { describe, expect, it } from 'vitest'
import { preemptibleMark, readMark } from './preemptible-mark.ts'

describe('readMark', () => {
  it.each([true, 'true', 'True', 'TRUE', '1', 'ON', 'on', 'Yes', ' yes '])('takes %j for yes', (value) => {
    expect(readMark(value)).toBe(true)
  })

  it.each([false, 'false', 'False', '0', 'OFF', 'no'])('takes %j for no', (value) => {
    expect(readMark(value)).toBe(false)
  })

  it.each([undefined, null, 1, 0, '', 'maybe', 'y', 'truee', ['true'], {}])('does not guess at %j', (value) => {
    expect(readMark(value)).toBeUndefined()
  })
})

describe('the marks', () => {
  it('can be what they are in nova: a tag without slash and comma, a key with a scope of its own', () => {
    expect(preemptibleMark.tag).not.toMatch(/[/,]/)
    expect(preemptibleMark.tag.length).toBeLessThanOrEqual(60)
    expect(preemptibleMark.extraSpec).toMatch(/^(?!capabilities:)\w+:\w+$/)
  })
})
