export * from './fold-beat.ts'
export * from './stand-desktop.ts'
