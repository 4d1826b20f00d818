import { Combobox, Text, TextInput, useCombobox } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { cellText, filterOf, search } from '@/api/search';
import type { Range } from '@/time/range';
import { complete, matching, verbsFor, wantedAt } from './completion';

interface Props {
  query: string;
  range: Range;
  fields: string[];
  problem?: string; // what the server said is wrong, with its lines
  onRun: (query: string) => void;
}

// One line of the query language: fields, values and verbs are offered; Enter runs it.
export function QueryBar({ query, range, fields, problem, onRun }: Props) {
  const [text, setText] = useState(query);
  const [caret, setCaret] = useState(query.length);
  const input = useRef<HTMLInputElement>(null);
  const walked = useRef(false); // through what is offered, by the arrow keys
  const box = useCombobox({ onDropdownClose: () => box.resetSelectedOption() });
  useEffect(() => setText(query), [query]);
  useHotkeys([['/', () => input.current?.focus()]]);
  const wanted = wantedAt(text, caret);
  const values = useQuery({
    queryKey: ['values', wanted.field, range, query],
    queryFn: ({ signal }) =>
      search({ query: `${filterOf(query)} | top 12 ${wanted.field}`, ...range, limit: 12 }, signal),
    enabled: wanted.kind === 'value' && box.dropdownOpened && /^[\w.@-]+$/.test(wanted.field ?? ''),
    retry: false,
  });
  const offered =
    wanted.kind === 'verb'
      ? verbsFor(wanted.typed)
      : wanted.kind === 'field'
        ? matching(fields, wanted.typed)
        : matching(
            (values.data?.rows ?? []).map((r) => cellText(r[wanted.field!])).filter(Boolean),
            wanted.typed,
          );
  const shown = offered.filter((o) => o !== wanted.typed);

  function take(choice: string) {
    const next = complete(text, caret, wanted, choice);
    setText(next.query);
    setCaret(next.caret);
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(next.caret, next.caret);
    });
  }
  function moved() {
    setCaret(input.current?.selectionStart ?? text.length);
  }
  return (
    <div>
      <Combobox store={box} onOptionSubmit={take} withinPortal>
        <Combobox.Target>
          <TextInput
            ref={input}
            aria-label="Query"
            placeholder="event.outcome:failure and source.ip:203.0.113.0/24 | top 10 user.name"
            value={text}
            spellCheck={false}
            autoComplete="off"
            error={problem !== undefined}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
            onChange={(e) => {
              setText(e.currentTarget.value);
              walked.current = false;
              setCaret(e.currentTarget.selectionStart ?? e.currentTarget.value.length);
              box.openDropdown();
              box.resetSelectedOption();
            }}
            onClick={moved}
            onKeyUp={moved}
            onBlur={() => box.closeDropdown()}
            onKeyDown={(e) => {
              if (e.key === 'ArrowDown' || e.key === 'ArrowUp') walked.current = true;
              if (e.key === 'Enter' && !(walked.current && box.dropdownOpened)) {
                e.preventDefault();
                box.resetSelectedOption();
                box.closeDropdown();
                onRun(e.currentTarget.value.trim());
              }
            }}
          />
        </Combobox.Target>
        <Combobox.Dropdown hidden={shown.length === 0}>
          <Combobox.Options>
            {shown.map((o) => (
              <Combobox.Option value={o} key={o} className="data">
                {o}
              </Combobox.Option>
            ))}
          </Combobox.Options>
        </Combobox.Dropdown>
      </Combobox>
      {problem && (
        <Text
          component="pre"
          className="data"
          m={0}
          mt={4}
          role="alert"
          style={{ whiteSpace: 'pre-wrap' }}
        >
          {problem}
        </Text>
      )}
    </div>
  );
}
