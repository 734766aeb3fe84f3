// Who had how much, with CO2 and cost; the same as a file for billing.
import { type EnergyGroup, type EnergyItem, type EnergyReport, energyGroups } from '@gleaner/model'
import { useMemo, useState } from 'react'
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { Choice } from '../parts/choice.tsx'
import { Empty } from '../parts/empty.tsx'
import { Meter } from '../parts/meter.tsx'
import { Panel } from '../parts/panel.tsx'
import { type Column, VirtualTable } from '../parts/virtual-table.tsx'
import { percent } from '../words/quantity.ts'
import { sentence } from '../words/sentence.ts'
import { carbon, kilowattHours, money } from './energy-words.ts'

const spans = [
  { value: '1d', text: '1 day' },
  { value: '7d', text: '7 days' },
  { value: '30d', text: '30 days' },
] as const
type SpanValue = (typeof spans)[number]['value']

const titles: Readonly<Record<EnergyGroup, string>> = { project: 'Projects', host: 'Hosts', instance: 'Instances' }

export function SharesPanel() {
  const [by, setBy] = useState<EnergyGroup>('project')
  const [back, setBack] = useState<SpanValue>('7d')
  const read = useApi('getEnergy', { query: { by, for: back } }, { keepPrevious: true })
  return (
    <Panel
      title="Who had it"
      aside={
        <span className="g-row">
          <Choice
            label="By"
            value={by}
            options={energyGroups.map((group) => ({ value: group, text: titles[group] }))}
            onChange={setBy}
          />
          <Choice label="How far back" value={back} options={spans} onChange={setBack} />
        </span>
      }
    >
      <Answer read={read} height="420px" what="the energy of each">
        {(report) => <Shares report={report} back={back} />}
      </Answer>
    </Panel>
  )
}

function Shares({ report, back }: { readonly report: EnergyReport; readonly back: SpanValue }) {
  const { by, currency, items, total } = report
  const columns = useMemo(() => columnsFor(report), [report])
  if (items.length === 0)
    return (
      <Empty title="No energy was metered in this time">
        What is measured, and what hangs on which outlet, is said under meters in the configuration.
      </Empty>
    )
  const amounts = [
    kilowattHours(total.kWh),
    carbon(total.co2Grams) && `${carbon(total.co2Grams)} of CO2`,
    money(total.cost, currency),
  ]
  return (
    <div className="g-stack">
      <p>
        <strong className="g-num">{amounts.filter(Boolean).join(' · ')}</strong> in all,{' '}
        {percent(share(total.idleKWh, total.kWh))} of it drawn at rest.
        {total.estimatedKWh > 0 && ` ${percent(share(total.estimatedKWh, total.kWh))} is estimated by a model.`}{' '}
        <a href={`/api/v1/energy.csv?by=${by}&for=${back}`} download>
          As a table for billing
        </a>
      </p>
      <VirtualTable
        label={`Energy by ${by}`}
        columns={columns}
        total={items.length}
        rowAt={(index) => items[index]}
        keyOf={({ id, name }) => id ?? name}
        subject={`${by} ${back}`}
        minWidth={by === 'instance' ? 900 : 760}
      />
    </div>
  )
}

function columnsFor({ by, currency, total, items }: EnergyReport): readonly Column<EnergyItem>[] {
  const columns: Column<EnergyItem>[] = [
    {
      key: 'name',
      title: sentence(by),
      width: 'minmax(180px, 2fr)',
      cell: ({ id, name }) => (id === undefined ? <span className="g-quiet">{name}</span> : name),
    },
    { key: 'kWh', title: 'Energy', width: '130px', right: true, cell: ({ kWh }) => kilowattHours(kWh) },
    {
      key: 'share',
      title: 'Of all',
      width: 'minmax(140px, 1fr)',
      cell: ({ kWh }) => <Meter share={share(kWh, total.kWh)} text={percent(share(kWh, total.kWh))} />,
    },
    {
      key: 'rest',
      title: 'At rest',
      width: '90px',
      right: true,
      cell: ({ kWh, idleKWh }) => percent(share(idleKWh, kWh)),
    },
    { key: 'co2', title: 'CO2', width: '110px', right: true, cell: ({ co2Grams }) => carbon(co2Grams) },
    { key: 'cost', title: 'Cost', width: '120px', right: true, cell: ({ cost }) => money(cost, currency) },
  ]
  if (by === 'instance')
    columns.splice(1, 0, {
      key: 'project',
      title: 'Project',
      width: 'minmax(120px, 1fr)',
      cell: ({ project }) => project ?? '',
    })
  if (items.some(({ estimatedKWh }) => estimatedKWh > 0))
    columns.push({
      key: 'estimated',
      title: 'Estimated',
      width: '100px',
      right: true,
      cell: ({ kWh, estimatedKWh }) => percent(share(estimatedKWh, kWh)),
    })
  return columns
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0
}
