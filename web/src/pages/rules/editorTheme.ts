// The editor in the console's colours, dark and light.
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const inks = {
  dark: { key: '#e5b55d', text: '#d8d2c4', value: '#9cc7ea', comment: '#9d968a', mark: '#b8b2a6' },
  light: { key: '#7a4d0e', text: '#2b2721', value: '#1c5d99', comment: '#6b655c', mark: '#5f5b54' },
};
const wrong = 'var(--severity-critical-text)';
const doubtful = 'var(--severity-medium-text)';

export function editorTheme(dark: boolean): Extension {
  const ink = dark ? inks.dark : inks.light;
  return [
    EditorView.theme(
      {
        '&': { height: '100%', fontSize: '13px', background: 'var(--surface)', color: ink.text },
        '&.cm-focused': { outline: 'none' },
        '.cm-scroller': {
          fontFamily: 'var(--mantine-font-family-monospace)',
          lineHeight: '20px',
          fontVariantLigatures: 'none',
        },
        '.cm-content': { padding: '8px 0', caretColor: 'var(--ink)' },
        '.cm-cursor': { borderLeftColor: 'var(--ink)' },
        '.cm-gutters': {
          background: 'var(--surface)',
          color: 'var(--quiet)',
          borderRight: '1px solid var(--line)',
        },
        '.cm-activeLine, .cm-activeLineGutter': {
          background: dark ? 'rgba(255,255,255,.035)' : 'rgba(0,0,0,.03)',
        },
        '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground':
          { background: dark ? 'rgba(183,121,31,.38)' : 'rgba(183,121,31,.22)' },
        '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
          background: 'transparent',
          outline: '1px solid var(--quiet)',
        },
        '.cm-lintRange-error': {
          backgroundImage: 'none',
          textDecoration: `underline wavy ${wrong} 1.5px`,
          textUnderlineOffset: '3px',
        },
        '.cm-lintRange-warning': {
          backgroundImage: 'none',
          textDecoration: `underline wavy ${doubtful} 1.5px`,
          textUnderlineOffset: '3px',
        },
        '.cm-lint-marker': { width: '12px', height: '12px', content: '""', borderRadius: '50%' },
        '.cm-lint-marker-error': { content: '""', background: wrong, margin: '4px 0' },
        '.cm-lint-marker-warning': { content: '""', background: doubtful, margin: '4px 0' },
        '.cm-tooltip': {
          background: 'var(--surface)',
          color: 'var(--ink)',
          border: '1px solid var(--line)',
          borderRadius: '4px',
        },
        '.cm-diagnostic': { padding: '4px 8px', fontSize: '12.5px' },
        '.cm-diagnostic-error': { borderLeft: `3px solid ${wrong}` },
        '.cm-diagnostic-warning': { borderLeft: `3px solid ${doubtful}` },
        '.cm-panels': { background: 'var(--surface)', color: 'var(--ink)' },
        '.cm-searchMatch': { background: 'rgba(183,121,31,.3)' },
      },
      { dark },
    ),
    syntaxHighlighting(
      HighlightStyle.define([
        { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: ink.key },
        { tag: [tags.string, tags.special(tags.string)], color: ink.value },
        { tag: tags.content, color: ink.text },
        { tag: tags.comment, color: ink.comment, fontStyle: 'italic' },
        {
          tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace],
          color: ink.mark,
        },
        { tag: [tags.keyword, tags.meta, tags.labelName, tags.typeName], color: ink.mark },
      ]),
    ),
  ];
}
