// Further Python environments: versions between and before those of python-environments.ts, and more frameworks.
import type { Environment } from './environments.ts'

/** Pins are what was captured. */
export const MORE_PYTHON: Environment[] = [
  ...['2.0b0', '2.1b0', '2.2b0'].map((version) => ({
    name: `otel-openai-v2-${version}`,
    packages: [
      `opentelemetry-instrumentation-openai-v2==${version}`,
      ...(version === '2.2b0' ? [] : ['opentelemetry-sdk==1.34.1']),
      'openai<2',
      'httpx<1',
      'wrapt<2',
    ],
    programs: ['otel_openai_v2'],
  })),
  {
    name: 'otel-genai-1.1',
    packages: [
      ...['opentelemetry-instrumentation-genai-openai==1.1b0', 'opentelemetry-util-genai==1.1b0'],
      ...['openai==3.54.0', 'httpx<1'],
    ],
    programs: ['otel_genai_openai'],
  },
  {
    name: 'otel-google-genai-1.0',
    packages: ['opentelemetry-instrumentation-google-genai==1.0b1', 'google-genai<3'],
    programs: ['otel_google_genai'],
  },
  {
    name: 'openinference-0.1.18',
    packages: ['openinference-instrumentation-openai==0.1.18', 'openai<2', 'wrapt<2'],
    programs: ['openinference_openai'],
  },
  {
    name: 'openinference-anthropic-2',
    packages: ['openinference-instrumentation-anthropic==2.1.7', 'anthropic==2.12.0'],
    programs: ['openinference_anthropic'],
  },
  {
    name: 'several-langchain',
    packages: [
      ...['openinference-instrumentation-langchain==0.1.80', 'openinference-instrumentation-openai==0.1.66'],
      ...['openinference-instrumentation-anthropic==3.1.0', 'opentelemetry-instrumentation-langchain==0.62.4'],
      ...['opentelemetry-instrumentation-openai==0.62.4', 'opentelemetry-instrumentation-anthropic==0.62.4'],
      ...['opentelemetry-instrumentation-genai-openai==1.3b0', 'langchain==1.4.7', 'langchain-openai==1.7.3'],
      ...['langchain-anthropic==1.7.7'],
    ],
    programs: ['several_frameworks'],
  },
  {
    name: 'google-genai',
    packages: ['openinference-instrumentation-google-genai==1.4.14', 'google-genai<3'],
    programs: ['openinference_google_genai'],
  },
  {
    name: 'traceloop-google-genai',
    packages: ['opentelemetry-instrumentation-google-generativeai==0.62.4', 'google-genai'],
    programs: ['traceloop_google_genai'],
  },
  {
    name: 'traceloop-0.45',
    packages: [
      'opentelemetry-instrumentation-openai==0.45.6',
      'opentelemetry-instrumentation-anthropic==0.45.6',
      'opentelemetry-sdk==1.34.1',
      'opentelemetry-semantic-conventions-ai<0.5',
      'openai<2',
      'anthropic<0.60',
      'wrapt<2',
    ],
    programs: ['traceloop_openai', 'traceloop_anthropic'],
  },
  {
    name: 'traceloop-llama-index',
    packages: [
      'opentelemetry-instrumentation-llamaindex==0.62.4',
      'opentelemetry-instrumentation-openai==0.62.4',
      'llama-index-core==0.14.25',
      'llama-index-llms-openai==0.8.3',
      'llama-index-embeddings-openai==0.7.0',
    ],
    programs: ['traceloop_llama_index'],
  },
  {
    name: 'traceloop-openai-agents',
    packages: [
      'opentelemetry-instrumentation-openai-agents==0.62.4',
      'opentelemetry-instrumentation-openai==0.62.4',
      'openai-agents==0.24.0',
    ],
    programs: ['traceloop_openai_agents'],
  },
  {
    name: 'traceloop-agno',
    packages: [
      'opentelemetry-instrumentation-agno==0.62.4',
      'opentelemetry-instrumentation-openai==0.62.4',
      'agno<3',
      'openai',
      'anthropic',
    ],
    programs: ['traceloop_agno'],
  },
  {
    name: 'traceloop-crewai',
    packages: [
      'opentelemetry-instrumentation-crewai==0.62.4',
      'opentelemetry-instrumentation-openai==0.62.4',
      'crewai',
    ],
    programs: ['traceloop_crewai'],
  },
  {
    name: 'langchain-old',
    packages: [
      'openinference-instrumentation-langchain==0.1.29',
      'openinference-instrumentation-openai==0.1.30',
      ...['langchain<0.4', 'langchain-openai<0.4', 'langchain-anthropic<0.4', 'langgraph<0.7'],
      ...['openai<2', 'httpx<1', 'wrapt<2'],
    ],
    programs: ['openinference_langchain'],
  },
  {
    name: 'llama-index-old',
    packages: [
      'openinference-instrumentation-llama-index==4.3.2',
      ...['llama-index-core<0.13', 'llama-index-llms-openai<0.5', 'llama-index-embeddings-openai<0.5'],
      ...['openai<2', 'wrapt<2'],
    ],
    programs: ['openinference_llama_index'],
  },
  {
    name: 'openai-agents-old',
    packages: [
      'openai-agents==0.3.3',
      'openinference-instrumentation-openai-agents==1.3.0',
      'openinference-instrumentation-openai==0.1.30',
      ...['openai<2', 'wrapt<2'],
    ],
    programs: ['openai_agents'],
  },
  {
    name: 'litellm-1.75',
    packages: ['litellm==1.75.8', 'opentelemetry-exporter-otlp', 'openai<2', 'mcp'],
    programs: ['litellm_callback'],
  },
  { name: 'litellm-1.92', packages: ['litellm==1.92.0', 'fastapi', 'orjson', 'mcp'], programs: ['litellm_callback'] },
  ...['1.37.0', '1.43.0'].map((version) => ({
    name: `openlit-${version}`,
    packages: [`openlit==${version}`, 'openai<3', 'anthropic<1'],
    programs: ['openlit_clients'],
  })),
  {
    name: 'pydantic-ai-2.68',
    packages: ['pydantic-ai-slim[openai,anthropic,google]==2.68.0', 'logfire'],
    programs: ['pydantic_ai_logfire'],
  },
  ...['0.2.1', '1.25.0', '1.40.0'].map((version) => ({
    name: `strands-${version}`,
    packages: [`strands-agents[openai,anthropic,otel]==${version}`],
    programs: ['strands_agents'],
  })),
  // Each pins the OpenTelemetry SDK it was made for.
  ...['1.14.1', '1.25.1', '1.39.1', '2.6.0'].map((version) => ({
    name: `google-adk-${version}`,
    packages: [`google-adk==${version}`, ...(version === '1.39.1' ? ['litellm'] : [])],
    programs: ['google_adk'],
  })),
  {
    name: 'google-adk-2.13.0',
    packages: ['google-adk==2.13.0', 'openinference-instrumentation-google-adk==1.0.5', 'litellm'],
    programs: ['google_adk'],
  },
  {
    name: 'agno',
    packages: ['agno==3.1.10', 'openinference-instrumentation-agno==1.0.15', 'openai', 'anthropic'],
    programs: ['openinference_agno'],
  },
  {
    name: 'agno-old',
    packages: ['agno==1.8.4', 'openinference-instrumentation-agno==0.1.15', 'openai', 'anthropic<0.70', 'wrapt<2'],
    programs: ['openinference_agno'],
  },
  {
    name: 'crewai',
    packages: [
      'crewai==1.15.30',
      'openinference-instrumentation-crewai==1.1.21',
      'openinference-instrumentation-openai==0.1.66',
    ],
    programs: ['openinference_crewai'],
  },
  {
    name: 'crewai-old',
    packages: [
      'crewai==0.186.1',
      'openinference-instrumentation-crewai==0.1.14',
      'openinference-instrumentation-openai',
      'wrapt<2',
    ],
    programs: ['openinference_crewai'],
  },
  {
    name: 'autogen',
    packages: [
      'autogen-agentchat==0.7.5',
      'autogen-ext[openai]==0.7.5',
      'openinference-instrumentation-autogen-agentchat==0.1.22',
      'openinference-instrumentation-openai==0.1.66',
    ],
    programs: ['openinference_autogen'],
  },
  {
    name: 'dspy',
    packages: [
      'dspy==3.4.1',
      'openinference-instrumentation-dspy==0.1.48',
      'openinference-instrumentation-litellm==0.1.51',
    ],
    programs: ['openinference_dspy'],
  },
  {
    name: 'haystack',
    packages: [
      'haystack-ai==3.4.0',
      'openinference-instrumentation-haystack==0.1.46',
      'openinference-instrumentation-openai==0.1.66',
    ],
    programs: ['openinference_haystack'],
  },
  {
    name: 'instructor',
    packages: [
      'instructor==1.17.0',
      'openinference-instrumentation-instructor==0.1.29',
      'openinference-instrumentation-openai==0.1.66',
    ],
    programs: ['openinference_instructor'],
  },
]
