// A paragraph of Markdown.
import { type PanelProps, renderMarkdown } from '@grafana/data'
import { createPanel } from './plugin.ts'

interface Options {
  content: string
}

function TextPanel({ options, replaceVariables }: PanelProps<Options>) {
  const html = renderMarkdown(replaceVariables(options.content))
  // biome-ignore lint/security/noDangerouslySetInnerHtml: renderMarkdown sanitises, and the text is a provisioned file's
  return <div className="markdown-html" dangerouslySetInnerHTML={{ __html: html }} />
}

export const textPanel = createPanel({ component: TextPanel })
