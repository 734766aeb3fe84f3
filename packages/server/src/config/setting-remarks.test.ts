import { cloudId, projectId } from '@gleaner/model'
import { expect, it } from 'vitest'
import { parseConfig } from './load.ts'
import { namesProjects, settingRemarks } from './setting-remarks.ts'

const [lab, far] = [cloudId('lab'), cloudId('far')]
const read = { snapshot: { projects: [{ id: projectId(lab, 'p1'), cloudId: lab, name: 'physics' }] } }
const configOf = (text: string) => parseConfig(text, 'gleaner.yaml', { environment: {}, directory: '/' })
const settings = [
  'reservations: { limitsByProject: { physics: { priority: 1 }, fysics: { priority: 2 }, "lab:p2": { priority: 2 } } }',
  'preemption: { quotaByProject: { fysics: { instances: 3 } }, priorityByProject: { "lab:p1": 5 } }',
  'opportunism: { freeByOfProject: { fysics: save } }',
].join('\n')

it('names every project of a setting that no cloud has, and those there are', () => {
  const config = configOf(settings)
  expect(namesProjects(config)).toBe(true)
  expect(settingRemarks(config, new Map([[lab, read]])).map(({ sentence }) => sentence)).toEqual([
    'reservations.limitsByProject: no cloud has projects "fysics", "lab:p2" now; each counts once there is one. There are physics.',
    'preemption.quotaByProject: no cloud has a project "fysics" now; it counts once there is one. There are physics.',
    'opportunism.freeByOfProject: no cloud has a project "fysics" now; it counts once there is one. There are physics.',
  ])
})

it('says nothing of what a cloud that has not been read may have', () => {
  const clouds = new Map<typeof lab, typeof read | { readonly snapshot: undefined }>([
    [lab, read],
    [far, { snapshot: undefined }],
  ])
  const [only, ...others] = settingRemarks(configOf(settings), clouds)
  expect(others).toEqual([])
  expect(only?.sentence).toContain('no cloud has a project "lab:p2" now')
  expect(namesProjects(configOf('log: info'))).toBe(false)
})
