import { useMantineColorScheme, useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { echarts } from './echarts';
import type { EChartsCoreOption, EChartsType } from 'echarts/core';

interface Props {
  option: EChartsCoreOption;
  height: number;
  label: string; // what a screen reader says instead of the picture
  onRange?: (fromMs: number, toMs: number) => void; // dragging along a time axis
  onClick?: (data: { name: string; seriesName: string }) => void;
}

// Tooltips are drawn as text, never as HTML: values come out of logs.
export function Chart({ option, height, label, onRange, onClick }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(undefined);
  const scheme = useComputedColorScheme();
  useMantineColorScheme();
  const handlers = useRef({ onRange, onClick });
  handlers.current = { onRange, onClick };
  const zooms = onRange !== undefined;

  useEffect(() => {
    const made = echarts.init(box.current!, scheme === 'dark' ? 'dark' : undefined);
    chart.current = made;
    const watch = new ResizeObserver(() => made.resize());
    watch.observe(box.current!);
    made.on('brushEnd', (event: unknown) => {
      const area = (event as { areas?: { coordRange?: [number, number] }[] }).areas?.[0]
        ?.coordRange;
      made.dispatchAction({ type: 'brush', areas: [] });
      if (area && area[1] - area[0] > 1) handlers.current.onRange?.(area[0], area[1]);
    });
    made.on('click', (event: unknown) =>
      handlers.current.onClick?.(event as { name: string; seriesName: string }),
    );
    return () => {
      watch.disconnect();
      made.dispose();
    };
  }, [scheme]);

  useEffect(() => {
    const made = chart.current!;
    const dark = scheme === 'dark';
    made.setOption(
      {
        backgroundColor: 'transparent',
        animation: false,
        textStyle: { fontFamily: 'Inter Variable', color: dark ? '#a8a296' : '#5f5b54' },
        tooltip: { trigger: 'axis', renderMode: 'richText', confine: true },
        grid: { left: 48, right: 12, top: 12, bottom: 24 },
        toolbox: { show: false },
        ...(zooms
          ? {
              brush: {
                xAxisIndex: 0,
                brushType: 'lineX',
                throttleType: 'debounce',
                brushStyle: { color: 'rgba(183,121,31,.18)', borderColor: '#B7791F' },
              },
            }
          : {}),
        ...option,
      },
      { notMerge: true },
    );
    if (zooms) {
      made.dispatchAction({
        type: 'takeGlobalCursor',
        key: 'brush',
        brushOption: { brushType: 'lineX', brushMode: 'single' },
      });
    }
  }, [option, scheme, zooms]);
  return <div ref={box} role="img" aria-label={label} style={{ height, width: '100%' }} />;
}
