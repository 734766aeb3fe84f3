// One colour and one dash pattern a strategy, the same in every chart: never told apart by colour alone. Colours after
// Okabe and Ito, which people with any colour vision can separate. A strategy with its knob turned looks as it does without.
import { partsOf } from '../run/lab-strategy.ts'

export interface StrategyStyle {
  readonly color: string
  readonly dash: string
  readonly isShownFirst: boolean
}

const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#b58900', '#56b4e9', '#7f3fbf', '#8c564b', '#666666']
const dashes = ['', '7 3', '2 2', '10 3 2 3', '4 4']
const order = ['gleaner', 'scroogevm', 'nsigma', 'rclike', 'percentile', 'greedy', 'doa', 'borg', 'maxpeak', 'oracle']
const shownFirst = ['gleaner', 'scroogevm', 'nsigma', 'rclike', 'oracle']

export function strategyStyle(name: string, all: readonly string[]): StrategyStyle {
  const { strategy, knob } = partsOf(name)
  if (strategy === 'oracle') return { color: 'currentColor', dash: '1 4', isShownFirst: true }
  const rest = [...new Set(all.map((each) => partsOf(each).strategy))].filter((each) => !order.includes(each)).sort()
  const place = order.includes(strategy) ? order.indexOf(strategy) : order.length + rest.indexOf(strategy)
  return {
    color: colors[place % colors.length] as string,
    dash: strategy === 'gleaner' ? '' : (dashes[(place + Math.floor(place / colors.length)) % dashes.length] as string),
    isShownFirst: (shownFirst.includes(strategy) && knob === undefined) || all.length <= 4,
  }
}
