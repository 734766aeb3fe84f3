// One device below /dev/input, of which only this is known: whether something came. What came is dropped and never looked at.
//
// It wakes whoever waits, so that nobody has to ask ten times a second. Node has no way to wait for a device: a pending read would hold
// one of the four threads on which all its file access runs (four devices, and nothing of the agent would answer any more), and
// net.Socket refuses devices by their kind. But the handle below a socket takes everything that the kernel can wait for, devices
// too. Where a Node has no such handle, the device is asked ten times a second instead. So it is in a worker: that closes at its
// end whatever it has opened and not closed by the same way, and by then the number is another's; closing it twice is worse.
//
// A mouse tells of itself a thousand times a second: after each time the device is left alone for a moment. What comes then
// stays with the kernel, and is found by the next look at the latest.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { connect, Socket } from 'node:net'
import { isMainThread } from 'node:worker_threads'

export type DeviceNews = 'used' | 'calm' | 'gone'

/** As it is in every Node from 20 to 24, below the socket of a path. */
export interface WaitHandle {
  open(fd: number): number
  close(): void
}
export type WaitHandles = new (kind: number) => WaitHandle

const dropped = Buffer.allocUnsafe(24 * 256)
const restMs = 250
const askedEveryMs = 100
/** Of the kernel's list of devices (admin-guide/devices.txt). */
const inputMajor = 13

export class InputDevice {
  readonly #fd: number
  readonly #woken: () => void
  readonly #socket: Socket | undefined
  #timer: NodeJS.Timeout | undefined
  #used = false
  #gone = false
  #closed = false

  /** Throws what the system throws. */
  constructor(path: string, woken: () => void, handles: WaitHandles | undefined = waitHandles()) {
    this.#fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    this.#woken = woken
    this.#socket = this.#waited(handles)
    if (this.#socket !== undefined) return
    this.#timer = setInterval(() => {
      this.#ask()
      if (this.#used || this.#gone) woken()
    }, askedEveryMs)
    this.#timer.unref()
  }

  /** What came since the last call. */
  take(): DeviceNews {
    this.#ask()
    if (this.#gone) return 'gone'
    const used = this.#used
    this.#used = false
    return used ? 'used' : 'calm'
  }

  close(): void {
    clearInterval(this.#timer)
    if (this.#closed) return
    this.#closed = true
    if (this.#socket === undefined) closeSync(this.#fd)
    else this.#socket.destroy()
  }

  /** Undefined when it cannot be waited for. A file that is neither device nor pipe would end the whole process. */
  #waited(handles: WaitHandles | undefined): Socket | undefined {
    const info = fstatSync(this.#fd)
    const device = info.isCharacterDevice() && info.rdev >> 8 === inputMajor
    if (handles === undefined || !(device || info.isFIFO())) return undefined
    const handle = new handles(0)
    if (handle.open(this.#fd) !== 0) {
      handle.close()
      return undefined
    }
    const socket = new Socket({
      handle,
      readable: true,
      writable: false,
      onread: { buffer: dropped, callback: (count: number) => this.#came(count) },
    } as ConstructorParameters<typeof Socket>[0])
    socket.on('end', () => {
      this.close()
      this.#goes()
    })
    // Unplugged: the socket has let go of it already.
    socket.on('error', () => {
      this.#closed = true
      this.#goes()
    })
    return socket.unref()
  }

  #goes(): void {
    this.#gone = true
    this.#woken()
  }

  /** Returns false, by which the socket stops reading. */
  #came(count: number): boolean {
    dropped.fill(0, 0, count)
    this.#used = true
    this.#timer = setTimeout(() => this.#socket?.resume(), restMs)
    this.#timer.unref()
    this.#woken()
    return false
  }

  /** Reads all there is and forgets it. The end of a device is the end of its file. */
  #ask(): void {
    for (let nth = 0; nth < 64 && !this.#gone; nth++) {
      try {
        const count = readSync(this.#fd, dropped, 0, dropped.length, null)
        dropped.fill(0, 0, count)
        if (count === 0) this.#gone = true
        else this.#used = true
        if (count < dropped.length) return
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') this.#gone = true
        return
      }
    }
  }
}

/** The class of the handle below a socket that is about to connect, whether or not it can. */
function waitHandles(): WaitHandles | undefined {
  if (!isMainThread) return undefined
  const socket = connect('/dev/null').on('error', () => {})
  const { _handle: handle } = socket as unknown as { readonly _handle?: { readonly constructor: WaitHandles } | null }
  socket.destroy()
  return handle?.constructor
}
