// Links in a dashboard's header: to one URL, or to all dashboards with some tags. Range and filters go along if asked for.
import { locationService } from '@grafana/runtime'
import { type SceneObject, sceneGraph } from '@grafana/scenes'
import type { DashboardLink } from '@grafana/schema'
import { Dropdown, type IconName, Menu, ToolbarButton } from '@grafana/ui'
import { useEffect, useState } from 'react'
import { getJson } from './api.ts'

interface Entry {
  uid: string
  title: string
  tags: string[]
  url: string
}

interface Props {
  links: DashboardLink[]
  /** What the links carry along. */
  scene: SceneObject
}

export function DashboardLinks({ links, scene }: Props) {
  const [entries, setEntries] = useState<Entry[]>([])
  const needsEntries = links.some(({ type }) => type === 'dashboards')
  useEffect(() => {
    if (needsEntries) void getJson<Entry[]>('/api/search').then(setEntries)
  }, [needsEntries])
  return links.map((link) => {
    const go = (url: string) => () => follow(linkUrl(url, link, scene), link.targetBlank)
    const key = `${link.title} ${link.url ?? ''}`
    if (link.type !== 'dashboards') {
      const icon = (link.icon === 'external link' ? 'external-link-alt' : link.icon || 'link') as IconName
      return (
        <ToolbarButton key={key} icon={icon} tooltip={link.tooltip} variant="canvas" onClick={go(link.url ?? '')}>
          {link.title}
        </ToolbarButton>
      )
    }
    const found = entries.filter(({ tags }) => link.tags.every((tag) => tags.includes(tag)))
    if (!link.asDropdown)
      return found.map(({ uid, title, url }) => (
        <ToolbarButton key={uid} icon="apps" variant="canvas" onClick={go(url)}>
          {title}
        </ToolbarButton>
      ))
    const menu = (
      <Menu>
        {found.map(({ uid, title, url }) => (
          <Menu.Item key={uid} label={title} onClick={go(url)} />
        ))}
      </Menu>
    )
    return (
      <Dropdown key={key} overlay={menu} placement="bottom-end">
        <ToolbarButton icon="bars" variant="canvas" isOpen={false}>
          {link.title}
        </ToolbarButton>
      </Dropdown>
    )
  })
}

/** The URL with what it carries now. */
export function linkUrl(url: string, link: DashboardLink, scene: SceneObject): string {
  const carried = [
    link.keepTime ? sceneGraph.interpolate(scene, '${__url_time_range}') : '',
    link.includeVars ? sceneGraph.interpolate(scene, '${__all_variables}') : '',
  ].filter(Boolean)
  const target = sceneGraph.interpolate(scene, url)
  return carried.length > 0 ? `${target}${target.includes('?') ? '&' : '?'}${carried.join('&')}` : target
}

function follow(url: string, newTab: boolean): void {
  if (newTab || !url.startsWith('/')) window.open(url, newTab ? '_blank' : '_self', 'noopener')
  else locationService.push(url)
}
