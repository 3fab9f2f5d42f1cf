// Which Python libraries are captured, with which versions, by which program. Part of environments.ts.
import type { Environment } from './environments.ts'

/** For each Python environment, beside opentelemetry-sdk. Pins are what was captured. */
export const PYTHON: Environment[] = [
  ...['1.17.0', '2.11.0', '2.12.0'].map((version) => ({
    name: `anthropic-${version}`,
    packages: [`anthropic==${version}`],
    programs: ['anthropic_sdk'],
  })),
  {
    name: 'otel-openai-v2',
    packages: ['opentelemetry-instrumentation-openai-v2==2.3b0', 'openai<3', 'httpx<1', 'wrapt<2'],
    programs: ['otel_openai_v2'],
  },
  {
    name: 'otel-genai',
    packages: [
      'opentelemetry-instrumentation-genai-openai==1.3b0',
      'opentelemetry-instrumentation-genai-anthropic==1.3b0',
      'openai==3.52.0',
      'anthropic<2',
    ],
    programs: ['otel_genai_openai', 'otel_genai_anthropic'],
  },
  {
    name: 'otel-google-genai',
    packages: ['opentelemetry-instrumentation-google-genai==1.3b0', 'google-genai<3', 'httpx<1'],
    programs: ['otel_google_genai'],
  },
  ...['0.40.14', '0.52.1', '0.56.1', '0.58.1', '0.62.4'].map((version) => ({
    name: `traceloop-${version}`,
    packages: [
      `opentelemetry-instrumentation-openai==${version}`,
      `opentelemetry-instrumentation-anthropic==${version}`,
      ...(version === '0.62.4' ? ['openai==3.52.0', 'anthropic==2.11.0'] : ['openai<2', 'anthropic<0.76', 'wrapt<2']),
    ],
    programs: ['traceloop_openai', 'traceloop_anthropic'],
  })),
  {
    name: 'traceloop-langchain',
    packages: [
      'opentelemetry-instrumentation-langchain==0.62.4',
      'opentelemetry-instrumentation-openai==0.62.4',
      'langchain',
      'langchain-openai',
      'langchain-anthropic',
      'httpx<1',
    ],
    programs: ['traceloop_langchain'],
  },
  {
    name: 'openinference',
    packages: [
      'openinference-instrumentation-openai==0.1.66',
      'openinference-instrumentation-anthropic==3.1.0',
      'openai==3.52.0',
      'anthropic==2.11.0',
    ],
    programs: ['openinference_openai', 'openinference_anthropic'],
  },
  {
    name: 'openinference-0.1.45',
    packages: ['openinference-instrumentation-openai==0.1.45', 'openai<3', 'wrapt<2'],
    programs: ['openinference_openai'],
  },
  {
    name: 'openinference-old',
    packages: [
      'openinference-instrumentation-openai==0.1.30',
      'openinference-instrumentation-anthropic==0.1.18',
      'openai<2',
      'anthropic==0.60.0',
      'wrapt<2',
    ],
    programs: ['openinference_openai', 'openinference_anthropic'],
  },
  {
    name: 'several',
    packages: [
      'opentelemetry-instrumentation-anthropic==0.62.4',
      'opentelemetry-instrumentation-openai==0.62.4',
      'openinference-instrumentation-anthropic==3.1.0',
      'openinference-instrumentation-openai==0.1.66',
      'opentelemetry-instrumentation-genai-openai==1.3b0',
      'openai==3.52.0',
      'anthropic==2.11.0',
      'httpx<1',
    ],
    programs: ['several_instrumentations'],
  },
  {
    name: 'langchain',
    packages: [
      'openinference-instrumentation-langchain==0.1.80',
      'openinference-instrumentation-openai==0.1.66',
      'langchain==1.4.7',
      'langchain-openai==1.7.3',
      'langchain-anthropic==1.7.7',
      'httpx<1',
    ],
    programs: ['openinference_langchain'],
  },
  {
    name: 'litellm',
    packages: ['litellm==1.106.2', 'openinference-instrumentation-litellm==0.1.51', 'mcp'],
    programs: ['litellm_callback'],
  },
  {
    name: 'litellm-1.109',
    packages: ['litellm==1.106.2', 'mcp'],
    withoutDependencies: ['litellm==1.109.1'],
    programs: ['litellm_callback'],
  },
  {
    name: 'litellm-old',
    packages: ['litellm==1.80.0', 'openai<3', 'openinference-instrumentation-litellm==0.1.51', 'mcp'],
    programs: ['litellm_callback', 'openinference_litellm'],
  },
  {
    name: 'litellm-several',
    packages: [
      'litellm==1.106.2',
      'openinference-instrumentation-litellm==0.1.51',
      'openinference-instrumentation-openai==0.1.66',
      'mcp',
    ],
    programs: ['litellm_several'],
  },
  {
    name: 'pydantic-ai',
    packages: ['pydantic-ai-slim[openai,anthropic,google]==2.62.0', 'logfire==5.2.0'],
    programs: ['pydantic_ai_logfire'],
  },
  {
    name: 'pydantic-ai-2.66',
    packages: ['pydantic-ai-slim[openai,anthropic,google]==2.66.0', 'logfire'],
    programs: ['pydantic_ai_logfire'],
  },
  {
    name: 'pydantic-ai-old',
    packages: [
      'pydantic-ai-slim[openai,anthropic,google]==1.0.18',
      'opentelemetry-sdk==1.37.0',
      'openai<2',
      'anthropic<0.70',
    ],
    programs: ['pydantic_ai_logfire'],
  },
  { name: 'openlit', packages: ['openlit==1.45.0', 'openai<3', 'anthropic<1'], programs: ['openlit_clients'] },
  {
    name: 'openlit-1.40',
    packages: ['openlit==1.40.3', 'openai<3', 'anthropic<1'],
    programs: ['openlit_clients'],
  },
  {
    name: 'openlit-old',
    packages: ['openlit==1.35.0', 'opentelemetry-sdk==1.36.0', 'openai<2', 'anthropic==0.60.0'],
    programs: ['openlit_clients'],
  },
  ...['1.50.0', '1.62.0'].map((version) => ({
    name: `strands-${version}`,
    packages: [`strands-agents[openai,anthropic,otel]==${version}`],
    programs: ['strands_agents'],
  })),
  {
    name: 'strands-old',
    packages: ['strands-agents[openai,anthropic,otel]==1.10.0', 'openai<2', 'anthropic<0.70'],
    programs: ['strands_agents'],
  },
  {
    name: 'openai-agents',
    packages: [
      'openai-agents==0.24.0',
      'openinference-instrumentation-openai-agents==2.6.0',
      'openinference-instrumentation-openai==0.1.66',
    ],
    programs: ['openai_agents'],
  },
  {
    name: 'llama-index',
    packages: [
      'llama-index-core==0.14.25',
      'llama-index-llms-openai==0.8.3',
      'llama-index-embeddings-openai==0.7.0',
      'openinference-instrumentation-llama-index==4.6.1',
    ],
    programs: ['openinference_llama_index'],
  },
  {
    name: 'smolagents',
    packages: [
      'smolagents[openai]==1.26.0',
      'openinference-instrumentation-smolagents==0.1.43',
      'openinference-instrumentation-openai==0.1.66',
    ],
    programs: ['smolagents_openinference'],
  },
  {
    name: 'agent-framework',
    packages: ['agent-framework-core==1.23.0', 'agent-framework-openai==1.17.0'],
    programs: ['agent_framework_own'],
  },
  {
    name: 'agent-framework-old',
    packages: ['agent-framework-core==1.10.0', 'agent-framework-openai<=1.10.0'],
    programs: ['agent_framework_own'],
  },
]
