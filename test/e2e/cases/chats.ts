// Chats as data: what the model server is told to report, what goes in, and the cost that must come out.

export interface ChatCase {
  name: string
  orgId: string
  dealId: string
  question: string
  /** What the model server reports as usage. */
  usage: { prompt_tokens: number; completion_tokens: number }
  /** Computed by hand; `computation` shows how, from the price book's gemini-2.5-flash: 0.075 in, 0.30 out per million. */
  costUsd: string
  computation: string
}

export const CHATS: ChatCase[] = [
  {
    name: 'acme, deal falcon',
    orgId: 'acme',
    dealId: 'falcon',
    question: 'Who is the chief executive of Falcon?',
    usage: { prompt_tokens: 1200, completion_tokens: 300 },
    costUsd: '0.00018',
    computation: '1200 × 0.000000075 + 300 × 0.0000003 = 0.00009 + 0.00009',
  },
  {
    name: 'globex, deal atlas, odd token counts',
    orgId: 'globex',
    dealId: 'atlas',
    question: 'What is the revenue?',
    usage: { prompt_tokens: 1, completion_tokens: 7 },
    costUsd: '0.000002175',
    computation: '1 × 0.000000075 + 7 × 0.0000003 = 0.000000075 + 0.0000021',
  },
]
