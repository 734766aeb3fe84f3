// What holds for the rules in single projects: who is left alone until when and why, and how far rules go there.
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { Empty } from '../parts/empty.tsx'
import { Panel } from '../parts/panel.tsx'
import { ProjectRow } from './project-row.tsx'

export function ProjectsPanel() {
  const projects = useApi('listProjects', {})
  return (
    <Panel title="Projects">
      <Answer read={projects} height="160px" what="the projects">
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="There is no project that you may see">Projects come with the readings of the clouds.</Empty>
          ) : (
            <div className="g-scroll">
              <table className="g-table">
                <caption className="g-hidden">What holds for the rules in each project</caption>
                <thead>
                  <tr>
                    <th scope="col">Project</th>
                    <th scope="col">Rules</th>
                    <th scope="col">Grace at least</th>
                    <th scope="col">At most</th>
                    <th scope="col">No further than</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((project) => (
                    <ProjectRow key={project.id} project={project} />
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Answer>
    </Panel>
  )
}
