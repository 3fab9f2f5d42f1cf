// What Grafana's own frontend sets up before its libraries can draw: registries, data sources, variables, theme.
import {
  createTheme,
  type DataSourceInstanceSettings,
  EventBusSrv,
  LoadingState,
  type PanelData,
  type PluginMeta,
} from '@grafana/data'
import { initPluginTranslations } from '@grafana/i18n'
import {
  config,
  setAppEvents,
  setBackendSrv,
  setDataSourceSrv,
  setEchoSrv,
  setPluginImportUtils,
  setRunRequest,
  setTemplateSrv,
} from '@grafana/runtime'
import { catchError, map, of, startWith } from 'rxjs'
import { getJson } from './api.ts'
import { ViewerDataSource } from './data-source.ts'
import { registerFieldConfig } from './field-config.ts'
import { interpolate } from './interpolate.ts'
import { PANELS } from './panels/index.ts'

type Theme = 'dark' | 'light'

/** `?theme=` of the URL, else what was chosen before, else dark. */
function chosenTheme(): Theme {
  const asked = new URLSearchParams(location.search).get('theme') ?? localStorage.getItem('theme')
  return asked === 'light' ? 'light' : 'dark'
}

export function setTheme(): void {
  const theme = createTheme({ colors: { mode: chosenTheme() } })
  Object.assign(config, {
    theme2: theme,
    theme: theme.v1,
    bootData: (window as never as { grafanaBootData: unknown }).grafanaBootData,
  })
}

/** Needs the organisation to be chosen: data sources are its own. */
export async function boot(): Promise<void> {
  await initPluginTranslations('grafana', [])
  registerFieldConfig()
  setAppEvents(new EventBusSrv())
  setEchoSrv({ flush() {}, addBackend() {}, addEvent() {} } as never)
  setBackendSrv({ fetch: () => of({ data: {} }), get: async () => ({}) } as never)
  setTemplateSrv({
    getVariables: () => [],
    replace: interpolate,
    containsTemplate: (text?: string) => text?.includes('$') ?? false,
    updateTimeRange() {},
  } as never)
  await registerDataSources()
  setRunRequest((source, request) =>
    (source as unknown as ViewerDataSource).query(request as never).pipe(
      map(
        (response): PanelData => ({
          state: response.error ? LoadingState.Error : LoadingState.Done,
          series: response.data.filter((frame) => frame.meta?.dataTopic !== 'annotations'),
          annotations: response.data.filter((frame) => frame.meta?.dataTopic === 'annotations'),
          timeRange: request.range,
          request,
          ...(response.error ? { error: response.error, errors: response.errors } : {}),
        }),
      ),
      catchError((error: Error) =>
        of({
          state: LoadingState.Error,
          series: [],
          timeRange: request.range,
          request,
          error: { message: error.message },
        } as PanelData),
      ),
      startWith({ state: LoadingState.Loading, series: [], timeRange: request.range, request } as PanelData),
    ),
  )
  setPluginImportUtils({
    importPanelPlugin: async (id: string) => pluginOf(id),
    getPanelPluginFromCache: (id: string) => pluginOf(id),
  } as never)
}

function pluginOf(id: string) {
  const plugin = PANELS[id]
  if (!plugin) throw new Error(`the viewer has no panel of type "${id}"`)
  plugin.meta = {
    id,
    name: id,
    type: 'panel',
    info: { version: '1', logos: { small: '', large: '' } },
    module: '',
    baseUrl: '',
  } as unknown as PluginMeta as never
  return plugin
}

async function registerDataSources(): Promise<void> {
  const provisioned = await getJson<DataSourceInstanceSettings[]>('/api/datasources')
  const sources = provisioned.map(
    (source) =>
      new ViewerDataSource({
        ...source,
        meta: { id: source.type, name: source.name, info: { version: '1', logos: { small: '', large: '' } } } as never,
      }),
  )
  const fallback = sources[provisioned.findIndex(({ isDefault }) => isDefault)] ?? sources[0]
  const find = (ref?: unknown) => {
    const uid = typeof ref === 'string' ? ref : (ref as { uid?: string } | undefined)?.uid
    return sources.find((source) => source.uid === uid || source.name === uid) ?? fallback
  }
  const settings = (ref?: unknown) => provisioned.find(({ uid }) => uid === find(ref)?.uid)
  setDataSourceSrv({
    get: async (ref?: unknown) => find(ref),
    getList: () => provisioned,
    getInstanceSettings: settings,
    reload() {},
  } as never)
}
