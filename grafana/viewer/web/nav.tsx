// The bar at the top: home, the organisation that is shown, the theme.
import { css } from '@emotion/css'
import type { GrafanaTheme2 } from '@grafana/data'
import { config, locationService } from '@grafana/runtime'
import { Dropdown, Menu, ToolbarButton, useStyles2 } from '@grafana/ui'
import { Link } from 'react-router-dom'
import { currentOrgId, type Organisation } from './api.ts'
import { switchOrganisation } from './organisation.ts'

export function Nav({ organisations }: { organisations: Organisation[] }) {
  const styles = useStyles2(getStyles)
  const shown = organisations.find(({ orgId }) => orgId === currentOrgId())
  const other = config.theme2.isDark ? 'light' : 'dark'
  const changeTheme = () => {
    localStorage.setItem('theme', other)
    locationService.partial({ theme: null }, true)
    window.location.reload()
  }
  const menu = (
    <Menu>
      {organisations.map(({ orgId, name }) => (
        <Menu.Item
          key={orgId}
          label={name}
          active={orgId === currentOrgId()}
          onClick={() => switchOrganisation(orgId)}
        />
      ))}
    </Menu>
  )
  return (
    <nav className={styles.bar}>
      <Link to={`/?orgId=${currentOrgId()}`}>Spanledger</Link>
      <span className={styles.space} />
      {organisations.length > 1 && (
        <Dropdown overlay={menu} placement="bottom-end">
          <ToolbarButton icon="building" variant="canvas" isOpen={false} aria-label="Organisation">
            {shown?.name}
          </ToolbarButton>
        </Dropdown>
      )}
      <ToolbarButton variant="canvas" onClick={changeTheme}>
        {other === 'light' ? 'Light' : 'Dark'} theme
      </ToolbarButton>
    </nav>
  )
}

const getStyles = (theme: GrafanaTheme2) => ({
  bar: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(2),
    padding: theme.spacing(0.5, 2),
    borderBottom: `1px solid ${theme.colors.border.weak}`,
  }),
  space: css({ flexGrow: 1 }),
})
