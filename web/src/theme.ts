import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const bronze: MantineColorsTuple = [
  '#fdf6e9',
  '#f7e8cb',
  '#eecf96',
  '#e5b55d',
  '#dca032',
  '#cb8d26',
  '#b7791f',
  '#946017',
  '#744a10',
  '#573608',
];

export const theme = createTheme({
  primaryColor: 'bronze',
  primaryShade: 7,
  colors: { bronze },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, monospace",
  defaultRadius: 'sm',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  headings: { fontWeight: '600', sizes: { h1: { fontSize: '22px' }, h2: { fontSize: '17px' } } },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: { TableTh: { defaultProps: { scope: 'col' } } },
});

// Severity is the only thing that wears these colours; text on a surface needs the darker (light
// scheme) or lighter (dark scheme) form of them for its contrast.
export const severityColor = {
  critical: '#C92A2A',
  high: '#E8590C',
  medium: '#F08C00',
  low: '#1C7ED6',
  informational: '#868E96',
} as const;

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {
    '--severity-critical': severityColor.critical,
    '--severity-high': severityColor.high,
    '--severity-medium': severityColor.medium,
    '--severity-low': severityColor.low,
    '--severity-informational': severityColor.informational,
  },
  light: {
    '--mantine-color-body': '#fbfaf8',
    '--surface': '#ffffff',
    '--line': '#e6e2db',
    '--quiet': '#5f5b54',
    '--ink': '#201d18',
    '--verified': '#23743a',
    '--severity-critical-text': '#b02424',
    '--severity-high-text': '#b34206',
    '--severity-medium-text': '#8f5300',
    '--severity-low-text': '#1864ab',
    '--severity-informational-text': '#5b636b',
    '--mantine-color-dimmed': '#5f5b54',
  },
  dark: {
    '--mantine-color-body': '#14130f',
    '--surface': '#1c1b17',
    '--line': '#35322b',
    '--quiet': '#b8b2a6',
    '--ink': '#ece8df',
    '--verified': '#69c585',
    '--severity-critical-text': '#ff8787',
    '--severity-high-text': '#ffa066',
    '--severity-medium-text': '#ffc35c',
    '--severity-low-text': '#74c0fc',
    '--severity-informational-text': '#adb5bd',
    '--mantine-color-dimmed': '#b8b2a6',
  },
});
