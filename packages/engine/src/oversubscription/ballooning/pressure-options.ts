// The settings of ballooning. Their defaults are those of ScroogeVM's vmballooning where it has the setting: there they are
// named BALLOONING_THRESHOLD_GAIN_MB (2048), _MIN_CONFIG_MB (512), _GRACE_PERIOD_S (600), _SCOPE_MN (60).

export interface PressureOptions {
  /** Nothing is lent that frees less. */
  readonly gainMiB: number
  /** A guest keeps at least this. */
  readonly leastMiB: number
  /** Between the end of a session and the next one of the same guest. */
  readonly graceMs: number
  /** What a guest usually uses is its 90th percentile over this time. */
  readonly scopeMs: number
  readonly longestMs: number
  /** What a guest keeps above what it used, in parts of that. */
  readonly spareShare: number
  /** It needs more when it uses this share of what it was left. */
  readonly needShare: number
  /** It needs more when it would use that share this much later, if it went on as since its last word. */
  readonly foresightMs: number
  /** A guest that has said nothing for so long says nothing any more. */
  readonly silentMs: number
}

export const defaultPressureOptions: PressureOptions = {
  gainMiB: 2048,
  leastMiB: 512,
  graceMs: 600_000,
  scopeMs: 3_600_000,
  longestMs: 4 * 3_600_000,
  spareShare: 0.25,
  needShare: 0.9,
  foresightMs: 10_000,
  silentMs: 15_000,
}
