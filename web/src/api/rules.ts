// What the rules page asks of the server beyond the list itself.
import { api, ApiProblem, send } from './client';
import type { Backtest, Rule, RuleCheck, Rules, RuleText } from './types';

export type ListedRule = Rule;
export type LoadIssue = Rules['issues'][number];
export type { RuleCheck, RuleText } from './types';
export type CheckIssue = RuleCheck['issues'][number];
export interface RuleActivity {
  days: number;
  from: string;
  rules: Record<string, number[]>;
}
export interface Logsources {
  from: string;
  events: number;
  logsources: { logsource: string; rules: number; events: number; exact: boolean }[];
}
export interface BacktestAsk {
  rule?: string;
  text?: string;
  from: string;
  to?: string;
  keys?: number;
}
export interface Progress {
  done: number;
  of: number;
}

export const ruleText = (id: string, signal?: AbortSignal) =>
  api<RuleText>(`rules/${encodeURIComponent(id)}/text`, { signal });
export const checkRule = (text: string, signal?: AbortSignal) =>
  api<RuleCheck>('rules/check', { body: { text }, signal });
export const saveRule = (id: string, text: string) =>
  api<RuleText>(`rules/${encodeURIComponent(id)}`, { method: 'PUT', body: { text } });
export const deleteRule = (id: string) =>
  api<void>(`rules/${encodeURIComponent(id)}`, { method: 'DELETE' });

interface BacktestLine {
  progress?: Progress;
  report?: Backtest;
  _problem?: { status?: number; code?: string; detail?: string };
}

// Runs a backtest and tells how far it is; the server stops when `signal` does.
export async function backtest(
  ask: BacktestAsk,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Backtest> {
  const response = await send('rules/backtest', {
    body: { ...ask, format: 'ndjson' },
    headers: { Accept: 'application/x-ndjson' },
    signal,
  });
  let report: Backtest | undefined;
  await eachLine(response, (line) => {
    const told = JSON.parse(line) as BacktestLine;
    if (told.progress) onProgress(told.progress);
    if (told.report) report = told.report;
    if (told._problem) {
      const { status = 500, code = 'unknown', detail = 'the backtest failed' } = told._problem;
      throw new ApiProblem(status, code, detail);
    }
  });
  if (!report) throw new ApiProblem(0, 'unreachable', 'the answer ended half-way: try again');
  return report;
}

// Calls back for each line of a streamed answer, empty ones left out.
export async function eachLine(
  response: { body: ReadableStream<Uint8Array> | null },
  take: (line: string) => void,
): Promise<void> {
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
    const lines = rest.split('\n');
    rest = done ? '' : lines.pop()!;
    for (const line of lines) if (line.trim()) take(line);
    if (done) return;
  }
}
