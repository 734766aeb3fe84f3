// What is configured, from where, with what effect: the configuration, then what was set through the API.
import { type SettingView, capabilities, type endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { only } from '../view/only.ts'

export const getSettings: Handler<typeof endpoints.getSettings> = ({ app }) => {
  const items: SettingView[] = app.config.origins.map(({ name, value, source, where, effect }) => ({
    name,
    value,
    source,
    ...only('where', where),
    effect,
  }))
  for (const capability of capabilities) {
    if (app.config.fileModes[capability] !== undefined) continue
    items.push({
      name: `modes.${capability}`,
      value: app.state.modes[capability],
      source: app.state.apiModes[capability] === undefined ? 'default' : 'api',
      effect: 'How far the capability may go',
    })
  }
  return { items }
}
