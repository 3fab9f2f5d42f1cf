// The page: theme, navigation, routes.
import { ThemeContext } from '@grafana/data'
import { config, LocationServiceProvider, locationService } from '@grafana/runtime'
import { GlobalStyles, PortalContainer } from '@grafana/ui'
import { useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'
import { Link, Route, Router, Routes } from 'react-router-dom'
import { boot, chosenTheme } from './boot.ts'
import { DashboardPage } from './dashboard-page.tsx'
import { ExplorePage } from './explore/explore-page.tsx'
import { Home } from './home.tsx'

const history = locationService.getHistory()
const subscribe = (changed: () => void) => history.listen(changed)

function App() {
  const location = useSyncExternalStore(subscribe, () => history.location)
  const kiosk = new URLSearchParams(location.search).has('kiosk')
  return (
    <Router location={location} navigator={history as never}>
      {!kiosk && (
        <nav
          style={{
            display: 'flex',
            gap: 16,
            padding: '10px 16px',
            borderBottom: `1px solid ${config.theme2.colors.border.weak}`,
          }}
        >
          <Link to="/">Spanledger</Link>
          <span style={{ flexGrow: 1 }} />
          <ThemeSwitch />
        </nav>
      )}
      <Routes>
        <Route path="/" element={<Home />} />
        <Route path="/d/:uid/:slug?" element={<DashboardPage />} />
        <Route path="/explore" element={<ExplorePage search={location.search} />} />
        <Route path="*" element={<p role="alert">There is no page {location.pathname}.</p>} />
      </Routes>
    </Router>
  )
}

function ThemeSwitch() {
  const other = chosenTheme() === 'dark' ? 'light' : 'dark'
  const change = () => {
    localStorage.setItem('theme', other)
    locationService.partial({ theme: null }, true)
    window.location.reload()
  }
  return (
    <button type="button" onClick={change} style={{ background: 'none', border: 0, color: 'inherit' }}>
      {other === 'light' ? 'Light' : 'Dark'} theme
    </button>
  )
}

await boot()
createRoot(document.getElementById('root') as HTMLElement).render(
  <ThemeContext.Provider value={config.theme2}>
    <LocationServiceProvider service={locationService}>
      <GlobalStyles />
      <App />
      <PortalContainer />
    </LocationServiceProvider>
  </ThemeContext.Provider>,
)
