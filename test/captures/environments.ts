// Which libraries are captured, with which versions, by which program. The table behind run.ts.

export interface Environment {
  name: string
  packages: string[]
  /** Python packages put on top that name a dependency the registry does not serve. */
  withoutDependencies?: string[]
  /** Programs of python/ or javascript/, without their extension. */
  programs: string[]
}

const LANGCHAIN = [
  ...['@langchain/core@1.4.0', '@langchain/openai@1.6.0', '@langchain/anthropic@1.5.11', 'langchain@1.5.14'],
  ...['@langchain/langgraph', 'zod@4'],
]

/** For each JavaScript environment, beside the OpenTelemetry SDK. */
export const JAVASCRIPT: Environment[] = [
  {
    name: 'ai4',
    packages: ['ai@4.3.19', '@ai-sdk/openai@1', '@ai-sdk/anthropic@1', '@ai-sdk/google@1', 'zod@3'],
    programs: ['ai-sdk'],
  },
  ...['5.0.93', '5.0.277'].map((version) => ({
    name: `ai-${version}`,
    packages: [`ai@${version}`, '@ai-sdk/openai@2', '@ai-sdk/anthropic@2', '@ai-sdk/google@2', 'zod@4'],
    programs: ['ai-sdk'],
  })),
  ...['6.0.10', '6.0.153', '6.0.326'].map((version) => ({
    name: `ai-${version}`,
    packages: [`ai@${version}`, '@ai-sdk/openai@3', '@ai-sdk/anthropic@3', '@ai-sdk/google@3', 'zod@4'],
    programs: ['ai-sdk'],
  })),
  ...['7.0.90', '7.0.173'].map((version) => ({
    name: `ai-${version}`,
    packages: [
      `ai@${version}`,
      '@ai-sdk/otel@1',
      '@ai-sdk/openai@4',
      '@ai-sdk/anthropic@4',
      '@ai-sdk/google@4',
      'zod@4',
    ],
    programs: ['ai-sdk'],
  })),
  ...['0.21.0', '0.22.0'].map((version) => ({
    name: `otel-${version}`,
    packages: [`@opentelemetry/instrumentation-openai@${version}`, 'openai@6'],
    programs: ['otel-openai'],
  })),
  ...['0.22.2', '0.27.0'].map((version) => ({
    name: `traceloop-${version}`,
    packages: [
      `@traceloop/instrumentation-openai@${version}`,
      `@traceloop/instrumentation-anthropic@${version}`,
      'openai@5',
      '@anthropic-ai/sdk@0.60',
    ],
    programs: ['traceloop'],
  })),
  {
    name: 'openinference-4.1',
    packages: [
      '@arizeai/openinference-instrumentation-openai@4.1.3',
      '@arizeai/openinference-instrumentation-anthropic@0.2.8',
      'openai@6',
      '@anthropic-ai/sdk@0.90',
    ],
    programs: ['openinference'],
  },
  {
    name: 'openinference',
    packages: [
      '@arizeai/openinference-instrumentation-openai@4.2.7',
      '@arizeai/openinference-instrumentation-anthropic@0.2.8',
      'openai@7.55.0',
      '@anthropic-ai/sdk@1.11.0',
    ],
    programs: ['openinference'],
  },
  {
    name: 'openinference-3',
    packages: ['@arizeai/openinference-instrumentation-openai@3.2.5', 'openai@5'],
    programs: ['openinference'],
  },
  {
    name: 'langchain',
    packages: ['@arizeai/openinference-instrumentation-langchain@4.1.1', ...LANGCHAIN],
    programs: ['langchain'],
  },
  {
    name: 'langchain-0.3',
    packages: [
      '@arizeai/openinference-instrumentation-langchain@3.4.3',
      ...['@langchain/core@0.3', '@langchain/openai@0.6', '@langchain/anthropic@0.3', '@langchain/langgraph@0.4'],
      'zod@3',
    ],
    programs: ['langchain'],
  },
  {
    name: 'langchain-traceloop',
    packages: ['@traceloop/instrumentation-langchain@0.27.0', ...LANGCHAIN],
    programs: ['traceloop-langchain'],
  },
]
