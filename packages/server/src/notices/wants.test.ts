import { expect, test } from 'vitest'
import { wants } from './channels.ts'

const all = { kinds: undefined, capabilities: undefined, projects: undefined, clouds: undefined }
const about = { kind: 'announced', capability: 'preemption', projectId: 'lab:p1', projectName: 'web-shop' } as const

test('a hook gets everything, or what it names', () => {
  expect(wants(all, about, 'lab')).toBe(true)
  expect(wants({ ...all, kinds: ['announced', 'done'], capabilities: ['preemption'] }, about, 'lab')).toBe(true)
  expect(wants({ ...all, projects: ['web-shop'], clouds: ['other', 'lab'] }, about, 'lab')).toBe(true)
  expect(wants({ ...all, projects: ['lab:p1'] }, about, 'lab')).toBe(true)
  expect(wants({ ...all, kinds: ['done'] }, about, 'lab')).toBe(false)
  expect(wants({ ...all, capabilities: ['idleness'] }, about, 'lab')).toBe(false)
  expect(wants({ ...all, projects: ['web'] }, about, 'lab')).toBe(false)
  expect(wants({ ...all, clouds: ['other'] }, about, 'lab')).toBe(false)
})
