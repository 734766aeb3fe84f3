// Dark, light, or as the system has it.
import { ToggleGroup, ToggleGroupItem } from '@patternfly/react-core'
import { DesktopIcon } from '@patternfly/react-icons/dist/esm/icons/desktop-icon'
import { MoonIcon } from '@patternfly/react-icons/dist/esm/icons/moon-icon'
import { SunIcon } from '@patternfly/react-icons/dist/esm/icons/sun-icon'
import { chooseTheme, useThemeChoice } from './theme.ts'

export function ThemeSwitch() {
  const choice = useThemeChoice()
  const item = (value: typeof choice, icon: React.ReactNode, label: string) => (
    <ToggleGroupItem
      icon={icon}
      aria-label={label}
      isSelected={choice === value}
      onChange={() => chooseTheme(value)}
      buttonId={`theme-${value}`}
    />
  )
  return (
    <ToggleGroup isCompact aria-label="Colours of the page">
      {item('light', <SunIcon />, 'Light')}
      {item('dark', <MoonIcon />, 'Dark')}
      {item('system', <DesktopIcon />, 'As the system')}
    </ToggleGroup>
  )
}
