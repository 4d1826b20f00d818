import { useCallback, useEffect, useRef, useState } from 'react';
import { api, ApiProblem } from '@/api/client';
import { backtest, type BacktestAsk, type Progress } from '@/api/rules';
import type { Backtest, DecisionPreview } from '@/api/types';

export interface BacktestState {
  running: boolean;
  progress?: Progress;
  report?: Backtest;
  impact?: DecisionPreview; // whom decisions would have hit; only of a rule in force
  error?: unknown;
}

// One backtest at a time: a new one ends the one before, and leaving the page ends it too.
export function useBacktest() {
  const [state, setState] = useState<BacktestState>({ running: false });
  const current = useRef<AbortController>(undefined);
  const stop = useCallback(() => {
    current.current?.abort();
    current.current = undefined;
    setState((old) => ({ ...old, running: false, progress: undefined }));
  }, []);
  useEffect(() => () => current.current?.abort(), []);

  const start = useCallback(async (ask: BacktestAsk) => {
    current.current?.abort();
    const control = new AbortController();
    current.current = control;
    const mine = () => current.current === control;
    setState({ running: true });
    try {
      const report = await backtest(
        ask,
        (progress) => mine() && setState({ running: true, progress }),
        control.signal,
      );
      if (!mine()) return;
      setState({ running: ask.rule !== undefined, report });
      if (ask.rule === undefined) return;
      const impact = await api<DecisionPreview>('decisions/simulate', {
        body: { rule: ask.rule, from: report.from, to: report.to },
        signal: control.signal,
      }).catch((error: unknown) => {
        // The findings stand; only whom a decision would have hit is not known.
        if (error instanceof ApiProblem) return undefined;
        throw error;
      });
      if (mine()) setState({ running: false, report, impact });
    } catch (error) {
      if (mine()) setState({ running: false, error });
    }
  }, []);
  return { ...state, start, stop };
}
