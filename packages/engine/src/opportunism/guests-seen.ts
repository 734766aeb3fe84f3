/** How many guests are on a desktop; those that could not be asked count as running. */
export interface GuestsSeen {
  readonly running: number
  readonly paused: number
}
