// The rule as YAML, in CodeMirror. Loaded only when a rule is opened. Its styles carry the page's
// nonce, which the content policy asks for.
import { useComputedColorScheme } from '@mantine/core';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, indentOnInput, indentUnit } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { useEffect, useRef } from 'react';
import type { CheckIssue } from '@/api/rules';
import { editorTheme } from './editorTheme';
import { spanOf } from './ruleText';

export interface EditorProps {
  initial: string;
  readOnly: boolean;
  issues: CheckIssue[];
  startLine?: number; // where the rule begins in a text of several
  // A place to go to; a new object each time somebody asks for it.
  goTo?: { line: number; column: number };
  onChange: (text: string) => void;
  onSave: () => void;
  onRun: () => void;
}

const nonce = () => document.querySelector<HTMLMetaElement>('meta[name=csp-nonce]')?.content ?? '';

// Text put over several lines at once: done here, because the browser would write inline styles to keep
// the look of the lines that it merges, and the content policy refuses those.
const overwrite = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to } = view.state.selection.main;
    const lines = view.state.doc.lineAt(from).number !== view.state.doc.lineAt(to).number;
    if (event.inputType !== 'insertText' || !event.data || event.isComposing) return false;
    if (view.state.readOnly || !(lines || event.data.includes('\n'))) return false;
    event.preventDefault();
    view.dispatch(view.state.replaceSelection(event.data), { userEvent: 'input.type' });
    return true;
  },
});

export default function RuleEditor(props: EditorProps) {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const now = useRef(props);
  now.current = props;
  const look = useRef(new Compartment());
  const dark = useComputedColorScheme() === 'dark';
  const firstLook = useRef(dark);
  const { readOnly, issues, goTo, startLine } = props;

  useEffect(() => {
    const run = (what: 'onSave' | 'onRun') => () => {
      now.current[what]();
      return true;
    };
    const made = new EditorView({
      parent: box.current!,
      state: EditorState.create({
        doc: now.current.initial,
        extensions: [
          EditorView.cspNonce.of(nonce()),
          look.current.of(editorTheme(firstLook.current)),
          lineNumbers(),
          highlightActiveLineGutter(),
          highlightActiveLine(),
          lintGutter(),
          history(),
          drawSelection(),
          indentOnInput(),
          indentUnit.of('  '),
          bracketMatching(),
          highlightSelectionMatches(),
          yaml(),
          EditorState.readOnly.of(readOnly),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({
            tabindex: '0',
            'aria-label': readOnly ? 'Rule as YAML, read-only' : 'Rule as YAML',
          }),
          overwrite,
          keymap.of([
            { key: 'Mod-s', run: run('onSave'), preventDefault: true },
            { key: 'Mod-Enter', run: run('onRun') },
            ...defaultKeymap,
            ...searchKeymap,
            ...historyKeymap,
            ...lintKeymap,
          ]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) now.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, [readOnly]);

  useEffect(() => {
    view.current!.dispatch({ effects: look.current.reconfigure(editorTheme(dark)) });
  }, [dark]);

  useEffect(() => {
    if (!startLine || startLine < 2) return;
    const at = spanOf(view.current!.state.doc.toString(), { line: startLine, column: 1 }).from;
    view.current!.dispatch({
      selection: { anchor: at },
      effects: EditorView.scrollIntoView(at, { y: 'start' }),
    });
  }, [startLine]);

  useEffect(() => {
    const { state } = view.current!;
    const text = state.doc.toString();
    const marks = issues.map((issue) => ({
      ...spanOf(text, issue),
      severity: issue.refused ? ('error' as const) : ('warning' as const),
      message: issue.reason,
    }));
    view.current!.dispatch(setDiagnostics(state, marks));
  }, [issues, readOnly]);

  useEffect(() => {
    if (!goTo) return;
    const { from } = spanOf(view.current!.state.doc.toString(), goTo);
    view.current!.dispatch({ selection: { anchor: from }, scrollIntoView: true });
    view.current!.focus();
  }, [goTo]);

  return <div ref={box} style={{ height: '100%', overflow: 'hidden' }} />;
}
