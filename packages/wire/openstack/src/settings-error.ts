// What is wrong with the settings of a cloud: the key, and what about it. Never holds a value of `auth`.

export class SettingsError extends Error {
  readonly key: string

  constructor(key: string, problem: string) {
    super(`${key} ${problem}`)
    this.name = 'SettingsError'
    this.key = key
  }
}
