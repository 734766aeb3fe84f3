// The line of a guest, for whoever else hears guests: the agent of a host does it as the driver does.
export { ReportChannel } from './report-channel.ts'
