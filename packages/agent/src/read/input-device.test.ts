// A device is a pipe here: the kernel tells of both in the same way. What a real device does is for the lab of a desktop.
import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { InputDevice, type WaitHandles } from './input-device.ts'

let folder: string
let writer: number
let device: InputDevice | undefined
let wakes: number
const woken = () => void (wakes += 1)
const soon = { timeout: 10_000, interval: 5 }
const record = Buffer.alloc(24, 7)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-device-'))
  execFileSync('mkfifo', [join(folder, 'event0')])
  writer = openSync(join(folder, 'event0'), constants.O_RDWR | constants.O_NONBLOCK)
  wakes = 0
})
afterEach(() => {
  device?.close()
  device = undefined
  if (writer >= 0) closeSync(writer)
  rmSync(folder, { recursive: true })
})

// What a Node without the handle, or a kernel that refuses it, leads to: the device is asked again and again.
const refusing: WaitHandles = class {
  open() {
    return -22
  }
  close() {}
}
describe.each([
  ['waited for', undefined],
  ['asked again and again', refusing],
])('a device that is %s', (_, handles) => {
  const open = () => (device = new InputDevice(join(folder, 'event0'), woken, handles))

  it('wakes whoever waits, and tells once what came', async () => {
    const made = open()
    expect(made.take()).toBe('calm')
    writeSync(writer, record)
    await vi.waitFor(() => expect(wakes).toBeGreaterThan(0), soon)
    expect(made.take()).toBe('used')
    expect(made.take()).toBe('calm')
    writeSync(writer, record)
    const before = wakes
    await vi.waitFor(() => expect(wakes).toBeGreaterThan(before), soon)
    expect(made.take()).toBe('used')
  })

  it('tells at once whoever asks before it was woken', () => {
    const made = open()
    writeSync(writer, record)
    expect(made.take()).toBe('used')
  })

  it('is gone at its end, which wakes as well, and stays gone', async () => {
    const made = open()
    closeSync(writer)
    writer = -1
    await vi.waitFor(() => expect(wakes).toBeGreaterThan(0), soon)
    expect(made.take()).toBe('gone')
    expect(made.take()).toBe('gone')
  })

  it('empties itself however much came', async () => {
    const made = open()
    for (let nth = 0; nth < 100; nth++) writeSync(writer, Buffer.alloc(24 * 20, 7))
    await vi.waitFor(() => expect(wakes).toBeGreaterThan(0), soon)
    expect(made.take()).toBe('used')
    expect(made.take()).toBe('calm')
  })
})

it('a mouse that never rests wakes a few times a second and not at each of its records', async () => {
  device = new InputDevice(join(folder, 'event0'), woken)
  const sinceMs = performance.now()
  let records = 0
  // However slow the machine is just now.
  while (performance.now() < sinceMs + 600 || records < 200) {
    writeSync(writer, record)
    records += 1
    await new Promise((resolve) => setImmediate(resolve))
    if (records % 50 === 0) device.take()
  }
  // At most one in a quarter of a second, the first at once.
  expect(wakes).toBeGreaterThan(0)
  expect(wakes).toBeLessThanOrEqual(1 + Math.ceil((performance.now() - sinceMs) / 250))
})

it('a file that is no device does not end the process: it is read, and at its end', () => {
  writeFileSync(join(folder, 'event1'), '')
  device = new InputDevice(join(folder, 'event1'), woken)
  expect(device.take()).toBe('gone')
})

it('a device that is not there is the fault of the system', () => {
  expect(() => new InputDevice(join(folder, 'event9'), woken)).toThrow('ENOENT')
})
