// What was set while running, in place of the configuration file. Part of the Store port; its contract holds.

export interface SettingStore {
  /** JSON values under dotted names: `mode.idleness`, `kill-switch`, … */
  all(): Promise<ReadonlyMap<string, unknown>>
  set(name: string, value: unknown, who: { readonly by: string; readonly nowMs: number }): Promise<void>
  remove(name: string, who: { readonly by: string; readonly nowMs: number }): Promise<void>
}
