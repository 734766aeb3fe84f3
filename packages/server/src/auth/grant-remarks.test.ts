import { cloudId, projectId } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { grantRemarks } from './grant-remarks.ts'

const [lab, far] = [cloudId('lab'), cloudId('far')]
const project = (of: typeof lab, native: string, name: string) => ({ id: projectId(of, native), cloudId: of, name })
const read = { snapshot: { projects: [project(lab, 'p1', 'physics'), project(lab, 'p2', 'chemistry')] } }
const unread = { snapshot: undefined }

describe('remarks on rights', () => {
  const one = new Map([[lab, read]])
  it('name projects that no cloud has, by name or id', () => {
    const granted = grantRemarks({ role: 'member', projects: ['physics', 'lab:p2', 'fysics', 'lab:p3', 'x:p1'] }, one)
    expect(granted).toEqual(
      ['fysics', 'lab:p3', 'x:p1'].map(
        (named) =>
          `No cloud has a project "${named}" now; the right counts once there is one. There are chemistry, physics.`,
      ),
    )
    expect(grantRemarks({ role: 'viewer', projects: ['physics'] }, one)).toEqual([])
  })

  it('say nothing about what a cloud that has not been read may have', () => {
    const two = new Map<typeof lab, typeof read | typeof unread>([
      [lab, read],
      [far, unread],
    ])
    expect(grantRemarks({ role: 'member', projects: ['fysics', 'far:p1'] }, two)).toEqual([])
    expect(grantRemarks({ role: 'member', projects: ['lab:p9'] }, two)).toHaveLength(1)
  })

  it('list no projects where there are many', () => {
    const projects = Array.from({ length: 6 }, (_, nth) => project(lab, `p${nth}`, `project-${nth}`))
    const [remark] = grantRemarks({ role: 'member', projects: ['x'] }, new Map([[lab, { snapshot: { projects } }]]))
    expect(remark).toBe('No cloud has a project "x" now; the right counts once there is one.')
  })

  it('say when a role sees nothing, or everything whatever is named', () => {
    expect(grantRemarks({ role: 'member', projects: [] }, one)).toEqual([expect.stringContaining('it sees nothing')])
    for (const role of ['viewer', 'operator', 'administrator'] as const)
      expect(grantRemarks({ role, projects: [] }, one)).toEqual([])
    expect(grantRemarks({ role: 'operator', projects: ['physics'] }, one)).toEqual([
      expect.stringContaining('sees every project'),
    ])
  })
})
