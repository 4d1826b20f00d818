import { useMemo } from 'react';
import { Chart } from '@/charts/Chart';
import { severityColor } from '@/theme';
import type { DayBar } from './impact';

// Findings a day, and beside them whom decisions would have hit: ordinary users in red.
export default function BacktestChart({ bars, decides }: { bars: DayBar[]; decides: boolean }) {
  const option = useMemo(() => {
    const series = (name: string, color: string, of: (bar: DayBar) => number, stack: string) => ({
      name,
      type: 'bar',
      stack,
      barMaxWidth: 26,
      itemStyle: { color },
      data: bars.map(of),
    });
    return {
      xAxis: {
        type: 'category',
        data: bars.map((b) => b.day),
        axisTick: { show: false },
      },
      yAxis: { type: 'value', minInterval: 1, splitNumber: 3 },
      legend: { show: true, top: 0, right: 12, itemWidth: 10, itemHeight: 10 },
      grid: { left: 48, right: 12, top: 30, bottom: 24 },
      series: [
        series('findings', '#B7791F', (b) => b.findings, 'findings'),
        ...(decides
          ? [
              series('would be decided', '#8a8271', (b) => b.decided, 'decisions'),
              series(
                'would hit ordinary users',
                severityColor.critical,
                (b) => b.harmful,
                'decisions',
              ),
            ]
          : []),
      ],
    };
  }, [bars, decides]);
  return <Chart option={option} height={210} label="Findings of the backtest by day" />;
}
