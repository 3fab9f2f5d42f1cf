// The page: theme, organisation, navigation, routes.
import { ThemeContext } from '@grafana/data'
import { config, LocationServiceProvider, locationService } from '@grafana/runtime'
import { GlobalStyles, PortalContainer } from '@grafana/ui'
import { type ReactNode, useEffect, useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'
import { Route, Router, Routes } from 'react-router-dom'
import type { Organisation } from './api.ts'
import { boot, setTheme } from './boot.ts'
import { DashboardPage } from './dashboard-page.tsx'
import { ExplorePage } from './explore/explore-page.tsx'
import { Home } from './home.tsx'
import { Nav } from './nav.tsx'
import { chooseOrganisation, nameInUrl } from './organisation.ts'

const history = locationService.getHistory()
const subscribe = (changed: () => void) => history.listen(changed)

function App({ organisations }: { organisations: Organisation[] }) {
  const location = useSyncExternalStore(subscribe, () => history.location)
  const kiosk = new URLSearchParams(location.search).has('kiosk')
  // biome-ignore lint/correctness/useExhaustiveDependencies: links inside the page do not name the organisation
  useEffect(nameInUrl, [location])
  return (
    <Router location={location} navigator={history as never}>
      {!kiosk && <Nav organisations={organisations} />}
      <Routes>
        <Route path="/" element={<Home />} />
        <Route path="/d/:uid/:slug?" element={<DashboardPage />} />
        <Route path="/explore" element={<ExplorePage search={location.search} />} />
        <Route path="*" element={<p role="alert">There is no page {location.pathname}.</p>} />
      </Routes>
    </Router>
  )
}

function render(page: ReactNode): void {
  createRoot(document.getElementById('root') as HTMLElement).render(
    <ThemeContext.Provider value={config.theme2}>
      <LocationServiceProvider service={locationService}>
        <GlobalStyles />
        {page}
        <PortalContainer />
      </LocationServiceProvider>
    </ThemeContext.Provider>,
  )
}

setTheme()
try {
  const organisations = await chooseOrganisation()
  await boot()
  render(<App organisations={organisations} />)
} catch (error) {
  render(<p role="alert">{error instanceof Error ? error.message : String(error)}</p>)
}
