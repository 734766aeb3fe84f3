// The forms in which probes say how long a guest has been idle, and what is none of them.
import { XmlCursor } from '@gleaner/wire-xmlrpc'
import { describe, expect, it } from 'vitest'
import { parseIdleText, parseUsers, readIdleVector } from './idle-report.ts'

const vector = (inner: string) => {
  const cursor = new XmlCursor(Buffer.from(`<IDLE>${inner}</IDLE>`))
  cursor.root()
  return readIdleVector(cursor)
}

describe('the text of a VM’s own attribute', () => {
  it('is a report of that VM', () => {
    const text = 'v=1 seq=5 up=83 every=15 cpu=0.0123 users=0 idle=75'
    expect(parseIdleText(text, 7)).toEqual({ vmId: 7, users: 0, idleS: 75, marks: [5, 83] })
    expect(parseIdleText(`${text} more=1.5`, 7)).toMatchObject({ idleS: 75 })
  })

  it.each([
    ['', 'nothing'],
    ['v=2 seq=5 up=83 every=15 users=0 idle=75', 'another version'],
    ['v=1 seq=5 up=83 every=15 users=0', 'no idle'],
    ['v=1 up=83 every=15 users=0 idle=75', 'no seq'],
    ['v=1 seq=5 up=83 every=15 users=0 idle=84', 'idle for longer than it is up'],
    ['v=1 seq=5 up=83 every=15 users=0 idle=75 idle=0', 'a field twice'],
    ['v=1 seq=5 up=83 every=15 users=0.5 idle=75', 'half a user'],
    ['v=1 seq=5 up=83 every=15 users=-1 idle=75', 'a sign'],
    ['v=1 seq=5 up=83 every=15 users=0 idle=75 vm=9 $(rm)', 'words that are no fields'],
    [`v=1 seq=5 up=83 every=15 users=0 idle=75 ${'a=1 '.repeat(1000)}`, 'a long line'],
    ['v=1 seq=5\u0000 up=83 every=15 users=0 idle=75', 'a control character'],
  ])('%j is none: %s', (text) => {
    expect(parseIdleText(text, 7)).toBeUndefined()
  })
})

describe('the attribute of a host', () => {
  it('is a report of the VM it names', () => {
    expect(vector('<CPU>0.01</CPU><IDLE_SECONDS>75</IDLE_SECONDS><USERS>0</USERS><VMID>5</VMID>')).toMatchObject({
      vmId: 5,
      users: 0,
      idleS: 75,
    })
  })

  it('differs in its marks from the next one', () => {
    const at = (seq: number, idle: number) =>
      vector(`<SEQ>${seq}</SEQ><IDLE_SECONDS>${idle}</IDLE_SECONDS><USERS>0</USERS><VMID>5</VMID>`)?.marks
    expect(at(1, 0)).not.toEqual(at(2, 0))
    expect(at(1, 0)).toEqual(at(1, 0))
  })

  it('is none without a VM or a time', () => {
    expect(vector('<IDLE_SECONDS>75</IDLE_SECONDS>')).toBeUndefined()
    expect(vector('<VMID>5</VMID>')).toBeUndefined()
    expect(vector('<VMID>-1</VMID><IDLE_SECONDS>75</IDLE_SECONDS>')).toBeUndefined()
    expect(vector('some text')).toBeUndefined()
  })
})

describe('the guest agent’s users', () => {
  it.each([
    ['2', 2],
    ['[]', 0],
    ['[{"user":"root","login-time":1795207253.6},{"user":"alice","login-time":1795207200.1}]', 2],
    ['[{\\"user\\":\\"root\\",\\"login-time\\":1795207253.6}]', 1],
    ['[{"login-time"=>1795207253.6, "user"=>"root"}]', 1],
    ['QEMU Guest Agent monitoring disabled', Number.NaN],
    ['error: Guest agent is not responding: QEMU guest agent is not connected', Number.NaN],
    ['[{"user":"ro', Number.NaN],
    ['', Number.NaN],
  ])('%s are %d', (text, users) => {
    expect(parseUsers(text)).toBe(users)
  })
})
