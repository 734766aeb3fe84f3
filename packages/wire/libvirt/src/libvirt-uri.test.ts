import { describe, expect, it } from 'vitest'
import { parseLibvirtUri, usualSockets } from './libvirt-uri.ts'
import { sshArguments } from './transports.ts'

describe('parseLibvirtUri', () => {
  it.each([
    ['qemu:///system', { transport: 'unix', remoteName: 'qemu:///system', host: undefined }],
    ['qemu:///session?socket=/a/b', { transport: 'unix', remoteName: 'qemu:///session', socket: '/a/b' }],
    ['qemu+unix:///system', { transport: 'unix' }],
    ['qemu://node/system', { transport: 'tls', host: 'node', port: undefined }],
    ['qemu+tcp://node:1234/system', { transport: 'tcp', host: 'node', port: 1234 }],
    ['qemu+tls://[::1]:9/system', { transport: 'tls', host: '::1', port: 9, display: 'qemu+tls://[::1]:9/system' }],
    [
      'qemu+ssh://al%40x@node/system?keyfile=/k&no_verify=1',
      { transport: 'ssh', user: 'al@x', keyFile: '/k', noVerify: true, display: 'qemu+ssh://node/system' },
    ],
    ['test:///default', { transport: 'unix', remoteName: 'test:///default' }],
  ])('reads %s', (text, expected) => {
    expect(parseLibvirtUri(text)).toMatchObject(expected)
  })

  it.each([
    '',
    'system',
    'qemu:/system',
    'qemu+libssh2://node/system',
    'qemu+tcp:///system',
    'qemu+unix://node/system',
    'qemu+ssh://-oProxyCommand=x/system',
    'qemu+tcp://node:0/system',
    'qemu+tcp://node:70000/system',
  ])('refuses "%s"', (text) => {
    expect(() => parseLibvirtUri(text)).toThrow(TypeError)
  })
})

describe('usualSockets', () => {
  it('knows where system and session daemons listen', () => {
    expect(usualSockets(parseLibvirtUri('qemu:///system'), '/run/user/7')).toEqual([
      '/run/libvirt/libvirt-sock',
      '/run/libvirt/virtqemud-sock',
    ])
    expect(usualSockets(parseLibvirtUri('qemu:///session'), '/run/user/7')[0]).toBe('/run/user/7/libvirt/libvirt-sock')
  })
})

describe('sshArguments', () => {
  it('ends the options before the host and never asks for a password', () => {
    const words = sshArguments(parseLibvirtUri('qemu+ssh://bob@node:2222/system'))
    expect(words).toContain('BatchMode=yes')
    expect(words.slice(words.indexOf('-l'))).toEqual([
      '-l',
      'bob',
      '--',
      'node',
      expect.stringContaining('virt-ssh-helper'),
    ])
    expect(words).toContain('2222')
  })

  it('keeps a socket path one word on the other side', () => {
    const words = sshArguments(parseLibvirtUri("qemu+ssh://node/system?socket=/a'; rm -rf b"))
    expect(words.at(-1)).toBe(`sh -c 'exec nc -U '\\''/a'\\''\\'\\'''\\''; rm -rf b'\\'''`)
  })
})
