// What stands behind a panel: its data as a table with CSV, the queries as they ran, the panel's JSON. In: the panel, a tab.
import { css } from '@emotion/css'
import { applyFieldOverrides, type DataFrame, type GrafanaTheme2, type PanelData } from '@grafana/data'
import { config, locationService } from '@grafana/runtime'
import { sceneGraph, type VizPanel } from '@grafana/scenes'
import { Button, Drawer, Tab, TabsBar, useStyles2 } from '@grafana/ui'
import { TableNG } from '@grafana/ui/unstable'
import { useMemo, useState } from 'react'
import { downloadCsv } from './download-csv.ts'

const TABS = { data: 'Data', query: 'Query', json: 'JSON' } as const
type TabName = keyof typeof TABS

interface Props {
  panel: VizPanel
  tab: string
  /** The panel as the dashboard's file has it. */
  model: unknown
}

export function InspectDrawer({ panel, tab, model }: Props) {
  const styles = useStyles2(getStyles)
  const { data } = sceneGraph.getData(panel).useState()
  const shown = (tab in TABS ? tab : 'data') as TabName
  const close = () => locationService.partial({ inspect: null, inspectTab: null })
  return (
    <Drawer title={`Inspect: ${panel.state.title}`} onClose={close} size="lg">
      <TabsBar>
        {Object.entries(TABS).map(([name, label]) => (
          <Tab
            key={name}
            label={label}
            active={name === shown}
            onChangeTab={() => locationService.partial({ inspectTab: name })}
          />
        ))}
      </TabsBar>
      <div className={styles.body}>
        {shown === 'data' && <Data panel={panel} data={data} />}
        {shown === 'query' && <pre>{executedQueries(data)}</pre>}
        {shown === 'json' && <pre>{JSON.stringify(model, null, 2)}</pre>}
      </div>
    </Drawer>
  )
}

function Data({ panel, data }: { panel: VizPanel; data: PanelData | undefined }) {
  const [index, setIndex] = useState(0)
  const frames = useMemo(() => plainFrames(data?.series ?? []), [data])
  const frame = frames[index]
  if (!data || !frame) return <p>This panel has no data.</p>
  return (
    <>
      <p>
        <Button icon="download-alt" onClick={() => downloadCsv(panel)}>
          Download CSV
        </Button>
      </p>
      {frames.length > 1 && (
        <p>
          Series{' '}
          <select value={index} onChange={(event) => setIndex(Number(event.currentTarget.value))}>
            {frames.map(({ name, refId }, number) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: frames have no other key
              <option key={number} value={number}>
                {name ?? refId}
              </option>
            ))}
          </select>
        </p>
      )}
      <p>{frame.length} rows</p>
      <TableNG
        data={frame}
        width={Math.min(900, window.innerWidth * 0.6)}
        height={window.innerHeight - 320}
        timeRange={data.timeRange}
        getActions={() => []}
        enableVirtualization
      />
    </>
  )
}

/** Without the panel's own units and colours: what the data source answered, transformations applied. */
const plainFrames = (data: DataFrame[]): DataFrame[] =>
  applyFieldOverrides({
    data,
    fieldConfig: { defaults: {}, overrides: [] },
    replaceVariables: (text) => text,
    theme: config.theme2,
  })

const executedQueries = (data: PanelData | undefined): string =>
  [
    ...new Set((data?.series ?? []).map(({ refId, meta }) => `${refId ?? ''}:\n${meta?.executedQueryString ?? ''}`)),
  ].join('\n\n')

const getStyles = (theme: GrafanaTheme2) => ({
  body: css({ paddingTop: theme.spacing(2), pre: { whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' } }),
})
